/// A closed interval of a measured figure, in the figure's own unit.
public struct Interval: Equatable, Sendable, Codable {
  public var lower: Double
  public var upper: Double

  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// Whether the two intervals share a value.
  ///
  /// Overlap of two 95 % intervals is no test of equality: paired predictions ask for ``McNemar``.
  public func overlaps(_ other: Interval) -> Bool { lower <= other.upper && other.lower <= upper }
}
