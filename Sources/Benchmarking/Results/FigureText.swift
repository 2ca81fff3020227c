import Reports

/// Figures as the tables show them; numbers as reports have them.
enum FigureText {
  /// What stands where there is no figure.
  static let none = "—"

  /// To three figures or more: fewer than reports have, since an interval stands beside each.
  static func significant(_ value: Double) -> String {
    let size = value.magnitude
    return NumberText.fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
  }

  static func milliseconds(_ seconds: Double?) -> String { seconds.map { significant($0 * 1e3) } ?? none }

  /// In units of 2^20 bytes.
  static func megabytes(_ bytes: Int?) -> String { bytes.map { NumberText.fixed(Double($0) / 1_048_576, 1) } ?? none }

  static func percent(_ share: Double) -> String { NumberText.fixed(100 * share, 1) + " %" }

  /// A figure with its interval, such as "2.31 (2.25 to 2.40)".
  static func with(_ lower: Double?, _ upper: Double?, _ value: String, _ text: (Double) -> String) -> String {
    guard let lower, let upper else { return value }
    return "\(value) (\(text(lower)) to \(text(upper)))"
  }
}
