/// Figures as the tables show them, the same in every locale.
enum FigureText {
  /// What stands where there is no figure.
  static let none = "—"

  static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return none }
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let scaled = Int((value.magnitude * power).rounded())
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return decimals == 0 ? sign + padded : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// To three figures or more.
  static func significant(_ value: Double) -> String {
    let size = value.magnitude
    return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
  }

  static func milliseconds(_ seconds: Double?) -> String { seconds.map { significant($0 * 1e3) } ?? none }

  /// In units of 2^20 bytes.
  static func megabytes(_ bytes: Int?) -> String { bytes.map { fixed(Double($0) / 1_048_576, 1) } ?? none }

  static func percent(_ share: Double) -> String { fixed(100 * share, 1) + " %" }

  /// A figure with its interval, such as "2.31 (2.25 to 2.40)".
  static func with(_ lower: Double?, _ upper: Double?, _ value: String, _ text: (Double) -> String) -> String {
    guard let lower, let upper else { return value }
    return "\(value) (\(text(lower)) to \(text(upper)))"
  }
}
