import ArgumentParser
import Bert
import Compression
import Foundation
import Measurement
import Pipeline
import Text
import Training

struct Ablate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Finds how much a classifier needs each of its layers.",
    discussion: "Example: espalier ablate my-model --data selection.tsv --json")

  @OptionGroup var model: ModelArgument
  @Option(help: "Labelled sentences that are neither trained nor reported on.")
  var data: String
  @OptionGroup var columns: DataOptions
  @OptionGroup var judging: MetricOption
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var display: DisplayOptions

  func run() async throws {
    let progress = display.progress(ProcessInfo.processInfo.environment)
    let directory = try await model.directory(progress)
    let classifier = try PackedClassifier(
      checkpoint: try Checkpoint(modelDirectory: directory), backend: try compute.backend())
    let metric = try judging.resolved(columns, classifier.configuration)
    let rows = try compute.text(data, columns, directory, classifier.configuration)
    progress.begin("ablate", unit: "sentences", total: rows.count)
    let ablation = try LayerAblation.measure(classifier, on: rows, metric: metric) {
      progress.advance(to: $0, note: "")
    }
    progress.end()
    if display.json { return try Output.json(ablation) }
    try Output.line("\(ablation.sentences) sentences, \(metric.name) \(ablation.accuracy), loss \(ablation.loss)")
    try Output.line("layer\t\(metric.name) drop\tloss increase\tKL divergence")
    for layer in ablation.leastSensitiveFirst.map({ ablation.layers[$0] }) {
      try Output.line("\(layer.layer)\t\(layer.accuracyDrop)\t\(layer.lossIncrease)\t\(layer.klDivergence)")
    }
  }
}
