/// How a part of a model is stored, from the least bytes to the most.
public enum Precision: String, CaseIterable, Sendable, Codable, Comparable {
  /// As by ``QuantizationScheme/int4``.
  case int4
  /// As by ``QuantizationScheme/int8PTQDynamic``.
  case int8
  /// F32.
  case floats

  public static func < (a: Precision, b: Precision) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .int4: 0
    case .int8: 1
    case .floats: 2
    }
  }
}

/// What a model loses when one of its parts alone is stored in fewer bits, all others in floats.
public struct UnitSensitivity: Equatable, Sendable, Codable {
  /// One way to store the part.
  public struct Option: Equatable, Sendable, Codable {
    public let precision: Precision
    /// Of the weights, scales included.
    public let bytes: Int
    /// The mean Kullback-Leibler divergence of the prediction from that of the floats, in nats.
    public let klDivergence: Double
    /// Mean cross entropy less that of the floats, in nats.
    public let lossIncrease: Double
    /// Accuracy of the floats less that with this part rounded.
    public let accuracyDrop: Double

    public init(
      precision: Precision, bytes: Int, klDivergence: Double, lossIncrease: Double = 0, accuracyDrop: Double = 0
    ) {
      self.precision = precision
      self.bytes = bytes
      self.klDivergence = klDivergence
      self.lossIncrease = lossIncrease
      self.accuracyDrop = accuracyDrop
    }
  }

  /// Of the part, as of `QuantizationUnit`.
  public let unit: String
  /// From the least bytes to the most; the last are floats, which cost nothing but bytes.
  public let options: [Option]

  /// - Precondition: there is an option, and each has more bytes than that before it.
  public init(unit: String, options: [Option]) {
    precondition(
      !options.isEmpty && zip(options, options.dropFirst()).allSatisfy { $0.bytes < $1.bytes },
      "\(unit): options of \(options.map(\.bytes)) bytes")
    self.unit = unit
    self.options = options
  }
}
