/// Numbers as the report prints them, the same in every locale.
package enum NumberText {
  /// What stands where nothing was measured.
  static let missing = "N/A"

  /// With a fixed count of decimals; "N/A" for NaN and the infinities.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return missing }
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let scaled = (value.magnitude * power).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && scaled > 0 ? "−" : ""
    if decimals == 0 { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// As ``fixed(_:_:)``, without closing zeros.
  static func trimmed(_ value: Double, _ decimals: Int) -> String {
    var text = fixed(value, decimals)
    guard text.contains(".") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// With a sign in any case but zero.
  static func signed(_ value: Double, _ decimals: Int) -> String {
    let text = fixed(value, decimals)
    return value > 0 && text.contains { "123456789".contains($0) } ? "+" + text : text
  }

  /// Percentage points of a difference of shares: 0.0115 is "+1.15".
  static func points(_ difference: Double) -> String { signed(100 * difference, 2) }

  /// In units of 2^20 bytes, which the study calls MB.
  static func megabytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1_048_576, 2) }

  static func pValue(_ p: Double) -> String {
    if p < 0.001 { return "< 0.001" }
    return fixed(p, p < 0.1 ? 3 : 2)
  }

  /// A divergence or difference of losses: four decimals, six where those would hide it.
  static func nats(_ value: Double) -> String { fixed(value, value.magnitude < 0.001 ? 6 : 4) }

  /// A time or rate to three or four figures, whatever its size.
  static func significant(_ value: Double) -> String {
    let size = value.magnitude
    return fixed(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3)
  }

  /// 67349 is "67,349".
  static func grouped(_ value: Int) -> String {
    var text = ""
    for (index, digit) in String(value.magnitude).reversed().enumerated() {
      if index > 0 && index % 3 == 0 { text = "," + text }
      text = String(digit) + text
    }
    return value < 0 ? "−" + text : text
  }

  /// A coordinate of a drawing: at most two decimals, an ASCII minus, never NaN.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let text = trimmed(value, 2)
    return text.hasPrefix("−") ? "-" + text.dropFirst() : text
  }
}
