/// A line that the driver writes to a contestant.
struct RoundRequest: Codable {
  enum Operation: String, Codable {
    /// Run and hand back what was computed, for comparison: logits, or the losses of some steps without dropout.
    case check
    /// Run and hand back the seconds that each run took.
    case time
    /// Hand back the GFLOP/s of fused multiply-adds that the machine has to give now, at our level and count of threads.
    case peak
  }

  var operation: Operation
  /// The workload's name.
  var workload: String
  /// Runs to time, or steps to check.
  var runs: Int
  /// Runs before those, not timed: they bring caches and threads back.
  var untimed: Int?
  /// Seconds after which no further run begins, so that a disturbed turn does not last for ever.
  var most: Double?
}

/// The line that a contestant answers with.
struct RoundReply: Codable {
  /// Of each timed run.
  var seconds: [Double]?
  /// Row by row, or step by step.
  var values: [Double]?
}

/// The first line of a contestant, when it has loaded its model.
struct Greeting: Codable {
  var engine: String
  var version: String
  var instructionSet: String
  var threads: Int
  /// From the start of loading to the model being ready.
  var loadSeconds: Double
}

/// Why a request can't be answered.
enum ServingError: Error, Equatable {
  case unknownWorkload(name: String, known: [String])
  case notFinite(workload: String)
}

extension ServingError: CustomStringConvertible {
  var description: String {
    switch self {
    case .unknownWorkload(let name, let known):
      "expected one of the workloads \(known.joined(separator: ", ")), found '\(name)'"
    case .notFinite(let workload): "\(workload): a result is not finite"
    }
  }
}
