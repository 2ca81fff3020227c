/// The ends of an interval, written as `[lower, upper]`.
public struct Bounds: Equatable, Sendable, Codable {
  public var lower: Double
  public var upper: Double

  public init(_ lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  public init(from decoder: any Decoder) throws {
    var values = try decoder.unkeyedContainer()
    lower = try values.decode(Double.self)
    upper = try values.decode(Double.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.unkeyedContainer()
    try values.encode(lower)
    try values.encode(upper)
  }
}
