import ArgumentParser
import Benchmarking
import Bert
import Compute
import FoundationEssentials
import Measurement

/// One cell: what was run, where, and how long it took.
struct ModelMeasurement: Encodable {
  var subject: String
  var model: String
  var workload: String
  var instructionSet: String
  var threads: Int
  var milliseconds: Double
  var milliseconds90: Double
  var gflops: Double
  var runs: Int
}

struct MeasuringOptions: ParsableArguments {
  @Argument(help: "Model directories; F16 weights stay F16.")
  var models: [String]

  @Option(help: "A file of workloads; the fixed shapes if unset.")
  var workloads: String?

  @Option(help: "Rounds over all models and workloads.")
  var rounds = 10

  @Option(help: "Seconds of a round that each of them gets at least.")
  var turn = 0.1

  @OptionGroup var options: BackendOptions

  /// Interleaved rounds over models and workloads, a line for each of them in the end.
  func measure(
    _ subject: String, default shapes: [(Int, Int)], operationsFactor: Double,
    _ make: (String, [Workload], CPUBackend) throws -> (contestant: any Contestant, configuration: BertConfiguration)
  ) throws {
    let workloads =
      try workloads.map { try Workload.read(URL(filePath: $0)) }
      ?? shapes.map { Workload.fixed(batch: $0.0, tokens: $0.1) }
    let backend = try options.backend()
    let contestants = try models.map { try make($0, workloads, backend) }
    var seconds: [[Double]] = Array(repeating: [], count: contestants.count * workloads.count)
    for round in 0..<rounds + 1 {
      for (row, contestant) in contestants.enumerated() {
        for (column, workload) in workloads.enumerated() {
          let watch = Stopwatch()
          repeat {
            let times = try contestant.contestant.seconds(workload.name, runs: 1)
            // Round 0 warms up.
            if round > 0 { seconds[row * workloads.count + column] += times }
          } while watch.seconds < turn
        }
      }
    }
    for (row, contestant) in contestants.enumerated() {
      for (column, workload) in workloads.enumerated() {
        let summary = try LatencySummary(seconds: seconds[row * workloads.count + column])
        let operations = operationsFactor * workload.floatingPointOperations(contestant.configuration)
        try Output.line(
          ModelMeasurement(
            subject: subject, model: models[row], workload: workload.name,
            instructionSet: backend.instructionSet.rawValue, threads: backend.threadCount,
            milliseconds: summary.p50 * 1e3, milliseconds90: summary.p90 * 1e3,
            gflops: operations / summary.p50 / 1e9, runs: summary.count))
      }
    }
  }
}

struct EncoderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoder", abstract: "Times whole classifiers: ids in, logits out.")

  @OptionGroup var options: MeasuringOptions

  func run() throws {
    try options.measure(
      "encoder", default: [(1, 16), (1, 32), (1, 128), (8, 128), (32, 64)], operationsFactor: 1
    ) { model, workloads, backend in
      let contestant = try EncoderContestant(
        modelDirectory: URL(directory: model), workloads: workloads, backend: backend)
      return (contestant, contestant.configuration)
    }
  }
}

struct TrainingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training", abstract: "Times steps of training: forward, loss, backward, AdamW, with dropout.")

  @OptionGroup var options: MeasuringOptions

  func run() throws {
    // The gradients of inputs and of weights are two more products each.
    try options.measure("training", default: [(32, 32), (32, 64)], operationsFactor: 3) { model, workloads, backend in
      let contestant = try TrainingContestant(modelDirectory: model, workloads: workloads, backend: backend)
      return (contestant, contestant.configuration)
    }
  }
}
