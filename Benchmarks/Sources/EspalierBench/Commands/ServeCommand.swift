import ArgumentParser
import Benchmarking
import Compute
import FoundationEssentials
import Measurement

/// A contestant as a process of its own: greets when its model is loaded, then answers a line with a line.
///
/// That lets a driver interleave rounds over many engines, so that whatever else the machine does meets them all alike.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Answers rounds of checks and timings on the standard input, a JSON object a line.")

  enum Subject: String, CaseIterable, ExpressibleByArgument {
    case encoder
    case training
  }

  @Argument(help: "What a run is: \(Subject.allCases.map(\.rawValue).joined(separator: " or ")).")
  var subject: Subject

  @Argument(help: "A model directory.")
  var model: String

  @Option(help: "A file of workloads.")
  var workloads: String

  @OptionGroup var options: BackendOptions

  func run() throws {
    let workloads = try Workload.read(URL(filePath: workloads))
    let watch = Stopwatch()
    let backend = try options.backend()
    let contestant: any Contestant =
      switch subject {
      case .encoder:
        try EncoderContestant(modelDirectory: URL(directory: model), workloads: workloads, backend: backend)
      case .training: try TrainingContestant(modelDirectory: model, workloads: workloads, backend: backend)
      }
    let peak = Peak(instructionSet: backend.instructionSet, threads: backend.threadCount)
    try ContestantServer.serve(
      contestant,
      greeting: Greeting(
        engine: "espalier", version: "", instructionSet: backend.instructionSet.rawValue,
        threads: backend.threadCount, loadSeconds: watch.seconds),
      peak: { peak.measured(seconds: 0.05) })
  }
}
