import ArgumentParser
import Bert
import Foundation
import Measurement
import Pipeline
import Text
import Training

struct Evaluate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures accuracy, or the metric of a task, with an interval, and beside a baseline with a paired test.",
    discussion: "Example: espalier evaluate my-model-fp16 --data dev.tsv --baseline my-model --json")

  @OptionGroup var model: ModelArgument
  @Option(help: "Labelled sentences: .tsv, .csv or .jsonl, each also as .gz, or - for the standard input.")
  var data: String
  @Option(help: "A model directory to compare with.")
  var baseline: String?
  @OptionGroup var columns: DataOptions
  @OptionGroup var judging: MetricOption
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var display: DisplayOptions

  func run() async throws {
    let progress = display.progress(ProcessInfo.processInfo.environment)
    guard baseline == nil || data != "-" else {
      throw ValidationError("--data -: the standard input can be read once, and --baseline needs it twice")
    }
    let directory = try await model.directory(progress)
    let configuration = try Checkpoint(modelDirectory: directory).configuration
    let metric = try judging.resolved(columns, configuration)
    let predictions = try predictions(directory, progress)
    var figures = try EvaluationFigures(predictions, metric)
    if let baseline {
      let other = try self.predictions(URL(filePath: baseline, directoryHint: .isDirectory), progress)
      try figures.compare(predictions, with: other)
    }
    if display.json { return try Output.json(figures) }
    for line in figures.lines(baseline: baseline ?? "") { try Output.line(line) }
  }

  private func predictions(_ directory: URL, _ progress: any ProgressDisplay) throws -> Predictions {
    let classifier = try PackedClassifier(
      checkpoint: try Checkpoint(modelDirectory: directory), backend: try compute.backend())
    let rows = try compute.text(data, columns, directory, classifier.configuration)
    progress.begin("evaluate", unit: "sentences", total: rows.count)
    defer { progress.end() }
    return try Evaluator.predictions(classifier, rows) { progress.advance(to: $0, note: "") }
  }
}
