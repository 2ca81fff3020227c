/// A line that the driver writes to a contestant.
public struct RoundRequest: Codable, Sendable {
  public enum Operation: String, Codable, Sendable {
    /// Run and hand back what was computed, for comparison: logits, or the losses of some steps without dropout.
    case check
    /// Run and hand back the seconds that each run took.
    case time
    /// Hand back the GFLOP/s of fused multiply-adds that the machine has to give now, at our level and count of threads.
    case peak
  }

  public var operation: Operation
  /// The workload's name.
  public var workload: String
  /// Runs to time, or steps to check.
  public var runs: Int
  /// Runs before those, not timed: they bring caches and threads back.
  public var untimed: Int?
  /// Seconds after which no further run begins, so that a disturbed turn does not last for ever.
  public var most: Double?
  /// Whether caches are emptied before each run.
  public var cold: Bool?
  /// How an engine that wants rectangles pads a data set: "fixed", "longest" or "sorted". Ours needs none.
  public var padding: String?

  public init(
    _ operation: Operation, workload: String, runs: Int, untimed: Int? = nil, most: Double? = nil,
    cold: Bool? = nil, padding: String? = nil
  ) {
    self.operation = operation
    self.workload = workload
    self.runs = runs
    self.untimed = untimed
    self.most = most
    self.cold = cold
    self.padding = padding
  }
}

/// The line that a contestant answers with.
public struct RoundReply: Codable, Sendable {
  /// Of each timed run.
  public var seconds: [Double]?
  /// Row by row, or step by step.
  public var values: [Double]?

  public init(seconds: [Double]? = nil, values: [Double]? = nil) {
    self.seconds = seconds
    self.values = values
  }
}

/// The first line of a contestant, when it has loaded its model.
public struct Greeting: Codable, Sendable {
  public var engine: String
  public var version: String
  /// Of an engine that tells.
  public var instructionSet: String?
  public var threads: Int
  /// From the start of loading to the model being ready.
  public var loadSeconds: Double

  public init(engine: String, version: String, instructionSet: String?, threads: Int, loadSeconds: Double) {
    self.engine = engine
    self.version = version
    self.instructionSet = instructionSet
    self.threads = threads
    self.loadSeconds = loadSeconds
  }
}
