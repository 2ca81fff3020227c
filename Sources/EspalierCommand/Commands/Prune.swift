import ArgumentParser
import Bert
import Compression
import Foundation
import Measurement
import Pipeline
import Text
import Training

struct Prune: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Removes layers and writes a smaller model.",
    discussion: "Example: espalier prune my-model --layers 2 --data selection.tsv --output smaller-model")

  @OptionGroup var model: ModelArgument
  @Option(help: "Remove so many layers, the least sensitive ones of --data.")
  var layers: Int?
  @Option(help: "Remove these layers, counted from 0: 3,4.")
  var remove: String?
  @Option(help: "Remove the least sensitive layers of --data until the F32 weights fit into so many bytes.")
  var targetBytes: Int?
  @Option(help: "Labelled sentences that are neither trained nor reported on.")
  var data: String?
  @Option(help: "The directory of the smaller model.")
  var output: String
  @OptionGroup var columns: DataOptions
  @OptionGroup var judging: MetricOption
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var display: DisplayOptions

  private struct Outcome: Encodable {
    var removed: [Int]
    var layers: Int
    /// Nil for accuracy.
    var metric: Metric?
    var accuracyBefore: Double?
    var accuracyAfter: Double?
  }

  func validate() throws {
    guard [layers != nil, remove != nil, targetBytes != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("expected exactly one of --layers, --remove and --target-bytes")
    }
    guard remove != nil || data != nil else {
      throw ValidationError("--data is needed to find the least sensitive layers")
    }
  }

  func run() async throws {
    let progress = display.progress(ProcessInfo.processInfo.environment)
    let directory = try await model.directory(progress)
    let backend = try compute.backend()
    let whole = try BertClassifier(checkpoint: try Checkpoint(modelDirectory: directory), seed: 0, backend: backend)
    let metric = try judging.resolved(columns, whole.configuration)
    let rows = try data.map { try compute.text($0, columns, directory, whole.configuration) }
    var ablation: LayerAblation?
    if let rows, remove == nil {
      progress.begin("ablate", unit: "sentences", total: rows.count)
      ablation = try LayerAblation.measure(try PackedClassifier(whole, backend: backend), on: rows, metric: metric) {
        progress.advance(to: $0, note: "")
      }
      progress.end()
    }
    let removed = try choice().layers(of: whole.configuration, ranking: ablation?.leastSensitiveFirst ?? [])
    let pruned = try whole.removing(layers: Set(removed))
    try pruned.write(
      to: URL(filePath: output, directoryHint: .isDirectory), tokenizerSource: directory, backend: backend)
    let accuracy = { (model: BertClassifier) in
      try rows.map { try Evaluator.predictions(try PackedClassifier(model, backend: backend), $0).score(metric) }
    }
    let outcome = Outcome(
      removed: removed, layers: pruned.configuration.numHiddenLayers,
      metric: metric == .accuracy ? nil : metric, accuracyBefore: try accuracy(whole),
      accuracyAfter: try accuracy(pruned))
    if display.json { return try Output.json(outcome) }
    try Output.line("\(output): \(outcome.layers) layers, without \(removed.map(String.init).joined(separator: ", "))")
    if let before = outcome.accuracyBefore, let after = outcome.accuracyAfter {
      try Output.line("\(metric.name) on \(data ?? ""): \(before) before, \(after) after, not trained again")
    }
  }

  private func choice() throws -> LayerChoice {
    if let layers { return .leastSensitive(layers) }
    if let targetBytes { return .targetBytes(targetBytes) }
    let numbers = (remove ?? "").split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard !numbers.contains(nil) else { throw ValidationError("--remove: expected numbers separated by commas") }
    return .explicit(numbers.compactMap { $0 })
  }
}
