import ArgumentParser
import Benchmarking
import Compute
import Foundation
import Measurement

/// What `bench` starts to measure one model in a fresh process: a line of JSON in, a line out.
struct BenchWorker: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-worker", abstract: "Serves one model to a comparison, by lines on the standard input.",
    shouldDisplay: false)

  @Argument var model: String
  @Option var workloads: String
  @Option var threads: Int

  func run() throws {
    let watch = Stopwatch()
    let backend = try CPUBackend(
      instructionSet: InstructionSet.selected(environment: ProcessInfo.processInfo.environment), threadCount: threads)
    let contestant = try EncoderContestant(
      modelDirectory: URL(filePath: model, directoryHint: .isDirectory),
      workloads: try Workload.read(URL(filePath: workloads)), backend: backend)
    try ContestantServer.serve(
      contestant,
      greeting: Greeting(
        engine: EntryPlan.ownEngine, version: "", instructionSet: backend.instructionSet.rawValue,
        threads: backend.threadCount, loadSeconds: watch.seconds))
  }
}
