public import enum Measurement.Metric

/// Two runs, row by row: what the second says beside the first.
public struct RunDifference: Equatable, Sendable, Codable {
  /// A figure of both runs and how they differ.
  public struct Row: Equatable, Sendable, Codable {
    /// The variant's, the same in both runs.
    public var name: String
    public var title: String
    /// Accuracies, or in what the runs are judged by.
    public var accuracies: [Double]?
    /// Of the second run minus that of the first, as a share.
    public var accuracyDifference: Double?
    public var accuracyInterval: Bounds?
    /// Whether the interval keeps the pairing of rows; else the two accuracies are taken as independent.
    public var isPaired: Bool
    public var sizeRatio: Double?
    /// Of the median latencies, second over first.
    public var latencyRatio: Double?
    public var latencyInterval: Bounds?
    public var memoryRatio: Double?

    enum CodingKeys: String, CodingKey {
      case name, title, accuracies
      case accuracyDifference = "accuracy_difference"
      case accuracyInterval = "accuracy_interval"
      case isPaired = "is_paired"
      case sizeRatio = "size_ratio"
      case latencyRatio = "latency_ratio"
      case latencyInterval = "latency_interval"
      case memoryRatio = "memory_ratio"
    }

    public init(name: String, title: String, isPaired: Bool) {
      self.name = name
      self.title = title
      self.isPaired = isPaired
    }
  }

  /// As the command was given them.
  public var runs: [String]
  public var rows: [Row]
  /// Variants that one run alone has, by run.
  public var unmatched: [[String]]
  /// Of what the reader has to know before believing the rows.
  public var warnings: [String]
  public var confidence: Double
  /// What both runs are judged by; nil for accuracy.
  public var metric: Metric?

  public init(
    runs: [String], rows: [Row], unmatched: [[String]], warnings: [String], confidence: Double,
    metric: Metric? = nil
  ) {
    self.runs = runs
    self.rows = rows
    self.unmatched = unmatched
    self.warnings = warnings
    self.confidence = confidence
    self.metric = metric
  }
}
