/// The latency of one call, in milliseconds.
public struct LatencyFigures: Equatable, Sendable, Codable {
  public var p50: Double
  public var p90: Double
  public var p99: Double
  public var mean: Double?
  public var standardDeviation: Double?
  /// Calls that were timed.
  public var count: Int?
  /// The interval of the median.
  public var p50Interval: Bounds?
  /// The largest median of a round over the smallest, all rounds being over the same calls: 1 on a quiet machine.
  public var roundSpread: Double?

  enum CodingKeys: String, CodingKey {
    case p50, p90, p99, mean, count
    case standardDeviation = "standard_deviation"
    case p50Interval = "p50_interval"
    case roundSpread = "round_spread"
  }

  public init(
    p50: Double, p90: Double, p99: Double, mean: Double? = nil, standardDeviation: Double? = nil, count: Int? = nil,
    p50Interval: Bounds? = nil, roundSpread: Double? = nil
  ) {
    self.p50 = p50
    self.p90 = p90
    self.p99 = p99
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.count = count
    self.p50Interval = p50Interval
    self.roundSpread = roundSpread
  }
}

/// The latency of a batch of one shape.
public struct BatchLatency: Equatable, Sendable, Codable {
  /// Sentences a call.
  public var batch: Int
  /// Tokens a sentence.
  public var tokens: Int
  /// The median, in milliseconds a call.
  public var p50: Double

  public init(batch: Int, tokens: Int, p50: Double) {
    self.batch = batch
    self.tokens = tokens
    self.p50 = p50
  }
}

/// The latency of one sentence of a given length.
public struct LengthLatency: Equatable, Sendable, Codable {
  /// Of the sentence, specials included.
  public var tokens: Int
  /// The median, in milliseconds a call.
  public var p50: Double

  public init(tokens: Int, p50: Double) {
    self.tokens = tokens
    self.p50 = p50
  }
}

/// What a variant does on another device than the CPU.
public struct DeviceFigures: Equatable, Sendable, Codable {
  public var device: String?
  public var accuracy: Double?
  public var latency: LatencyFigures?
  public var peakMemoryBytes: Int?

  enum CodingKeys: String, CodingKey {
    case device, accuracy
    case latency = "latency_ms"
    case peakMemoryBytes = "peak_memory_bytes"
  }

  public init(
    device: String? = nil, accuracy: Double? = nil, latency: LatencyFigures? = nil, peakMemoryBytes: Int? = nil
  ) {
    self.device = device
    self.accuracy = accuracy
    self.latency = latency
    self.peakMemoryBytes = peakMemoryBytes
  }
}
