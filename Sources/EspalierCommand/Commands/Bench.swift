import ArgumentParser
import Benchmarking
import Compute
import Foundation
import Measurement
import Pipeline
import Text

struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares the speed of models, and of other engines with them, by ratios with intervals.",
    discussion: """
      Each engine with each model runs in a fresh process for each shape; rounds are interleaved in random order. \
      Other engines take part with models in FP32, once their logits agree with ours.

      Example: espalier bench my-model my-model-int8 --shapes 1x32,8x128 --output bench
      """)

  @Argument(help: "Model directories, names of the catalogue, or owner/name on the Hugging Face Hub.")
  var models: [String]
  @Option(help: "Engines with commas between them, of \(EntryPlan.engines.joined(separator: ", ")).")
  var engine = EntryPlan.ownEngine
  @Option(help: "What other engines make of a model, of \(PeerDirectory.variants.joined(separator: ", ")).")
  var variants = "fp32"
  @Option(help: "Batches x tokens with commas between them; none for none.")
  var shapes = "1x16,1x32,1x128,8x128,32x64"
  @Option(help: "A file of sentences of unequal lengths: one a line, or .tsv, .csv or .jsonl with the column sentence.")
  var ragged: String?
  @Option(
    help: "What ratios are to: a model, an engine or \"MODEL, ENGINE\"; the first contestant where it isn't given.")
  var baseline: String?
  @Flag(help: "Empty the caches before each run.")
  var cold = false
  @Option(help: "Seconds of measuring for each contestant and shape.")
  var seconds = 5.0
  @Option(help: "How often the whole comparison is carried out, to see whether its ratios hold.")
  var repetitions = 1
  @Option(help: "Of the orders and the bootstrap.")
  var seed: UInt64 = 1
  @Option(
    help: "The scripts of the other engines; $\(PeerDirectory.variable) or Benchmarks/peers where it isn't given.")
  var peers: String?
  @Option(
    help: "The Python that has the other engines; that of a venv in or beside their scripts where it isn't given.")
  var python: String?
  @Option(help: "A directory for bench.json, with the time of every run, and bench.md.")
  var output: String?
  @OptionGroup var columns: DataOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var display: DisplayOptions

  func validate() throws {
    guard !models.isEmpty else { throw ValidationError("expected at least one model") }
    guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds: expected more than 0, at most 3600") }
    guard (1...100).contains(repetitions) else { throw ValidationError("--repetitions: expected 1 to 100") }
    do { _ = try BatchShape.list(shapes) } catch { throw ValidationError("--shapes: \(error)") }
    try check("--engine", engine, EntryPlan.engines)
    try check("--variants", variants, PeerDirectory.variants)
    if shapes == "none" && ragged == nil { throw ValidationError("--shapes none: expected --ragged with it") }
  }

  private func check(_ option: String, _ list: String, _ known: [String]) throws {
    for name in names(list) where !known.contains(name) {
      throw ValidationError("\(option): expected some of \(known.joined(separator: ", ")), found '\(name)'")
    }
  }

  private func names(_ list: String) -> [String] {
    list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let progress = display.progress(environment)
    let executable = try OwnExecutable.path()
    let threads = compute.threads ?? ProcessorCount.available
    let machine = Machine.current()
    let date = Date.now.ISO8601Format()
    let scratch = FileManager.default.temporaryDirectory.appending(
      path: "espalier-bench-\(UUID().uuidString)", directoryHint: .isDirectory)
    try Directories.make(scratch)
    defer { try? FileManager.default.removeItem(at: scratch) }

    let models = try await benchmarkedModels(environment, progress)
    let plan = EntryPlan(
      executable: executable, threads: threads, environment: environment, engineNames: names(engine),
      variants: names(variants))
    let field = try Field(
      plan, models: models, shapes: try BatchShape.list(shapes),
      texts: try ragged.map { try PlainText.read(URL(filePath: $0), columns.exampleFormat(nil, labels: [])) },
      maximumLength: compute.maximumLength,
      baseline: baseline, scratch: scratch,
      peers: plan.peerEngines.isEmpty ? nil : try peerDirectory(plan, environment),
      built: { try PeerModels.directory(for: $0.directory, environment: environment) },
      progress: { progress.message($0) })
    let comparison = try Comparison(
      field, effort: Effort(secondsPerRow: seconds, coldCaches: cold), seed: seed, logs: scratch)
    var records: [[CellRecord]] = []
    for repetition in 0..<repetitions {
      if repetitions > 1 { progress.message("repetition \(repetition + 1) of \(repetitions)") }
      records.append(try comparison.run(repetition: repetition) { progress.message($0) })
    }
    let report = BenchmarkReport(
      command: OwnExecutable.commandLine, version: Espalier.version,
      commit: await SourceCommit.find(executable: executable, environment: environment), date: date, seed: seed,
      threads: threads, effort: comparison.effort, machine: machine,
      loadAverageAtEnd: Machine.current().loadAverage, contestants: field.entries.filter(\.isTimed).map(\.contestant),
      baseline: comparison.baseline, notes: field.notes, repetitions: records)
    try publish(report, progress)
  }

  private func benchmarkedModels(
    _ environment: [String: String], _ progress: any ProgressDisplay
  ) async throws -> [BenchmarkedModel] {
    let fetcher = Fetcher(catalogue: try Catalogue.builtIn(), environment: environment) { progress.message($0) }
    var directories: [URL] = []
    for model in models {
      let directory = try await fetcher.modelDirectory(model).standardizedFileURL
      if !directories.contains(directory) { directories.append(directory) }
    }
    return try zip(BenchmarkedModel.names(of: directories), directories).map { name, directory in
      try BenchmarkedModel(name: name, directory: directory, diskBytes: ModelFiles.bytes(directory))
    }
  }

  private func peerDirectory(_ plan: EntryPlan, _ environment: [String: String]) throws -> PeerDirectory {
    let directory = try PeerDirectory(directory: peers, python: python, environment: environment)
    try directory.checkInstalled(engines: plan.peerEngines, variants: plan.variants)
    return directory
  }

  private func publish(_ report: BenchmarkReport, _ progress: any ProgressDisplay) throws {
    let summaries = try report.summaries()
    let text = BenchmarkMarkdown(report, summaries).text
    if let output {
      let folder = URL(filePath: output, directoryHint: .isDirectory)
      try Directories.make(folder)
      let file = BenchmarkFile(report: report, summaries: summaries)
      try AtomicFile.write(try Output.compactJSON(file), to: folder.appending(path: "bench.json"))
      try AtomicFile.write(text, to: folder.appending(path: "bench.md"))
    }
    if display.json {
      try Output.json(summaries)
    } else {
      try Output.write(text)
    }
  }
}

/// What `bench.json` holds: everything that was measured, and the figures that were made of it.
private struct BenchmarkFile: Encodable {
  var report: BenchmarkReport
  var summaries: [CellSummary]
}
