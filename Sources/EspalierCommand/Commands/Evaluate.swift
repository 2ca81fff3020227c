import ArgumentParser
import Bert
import Foundation
import Measurement
import Pipeline
import Text
import Training

struct Evaluate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures accuracy, with an interval, and beside a baseline with a paired test.",
    discussion: "Example: espalier evaluate my-model-fp16 --data dev.tsv --baseline my-model --json")

  @OptionGroup var model: ModelArgument
  @Option(help: "Labelled sentences, .tsv or .jsonl.")
  var data: String
  @Option(help: "A model directory to compare with.")
  var baseline: String?
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var display: DisplayOptions

  private struct Figures: Encodable {
    struct Comparison: Encodable {
      var difference: Double
      var differenceInterval: [Double]
      var mcnemarP: Double
      var fixed: Int
      var broken: Int

      enum CodingKeys: String, CodingKey {
        case difference, fixed, broken
        case differenceInterval = "difference_interval"
        case mcnemarP = "mcnemar_p"
      }
    }

    var accuracy: Double
    var accuracyInterval: [Double]
    var correct: Int
    var count: Int
    var f1: Double
    var mcc: Double
    var logLoss: Double
    var comparison: Comparison?

    enum CodingKeys: String, CodingKey {
      case accuracy, correct, count, f1, mcc, comparison
      case accuracyInterval = "accuracy_interval"
      case logLoss = "log_loss"
    }
  }

  func run() async throws {
    let progress = display.progress(ProcessInfo.processInfo.environment)
    let predictions = try predictions(try await model.directory(progress), progress)
    let confusion = try predictions.confusion()
    let interval = Interval.wilson(successes: confusion.correct, count: confusion.count)
    var figures = Figures(
      accuracy: predictions.accuracy, accuracyInterval: [interval.lower, interval.upper], correct: confusion.correct,
      count: confusion.count, f1: confusion.f1, mcc: confusion.matthewsCorrelation, logLoss: try predictions.loss())
    if let baseline {
      let other = try self.predictions(URL(filePath: baseline, directoryHint: .isDirectory), progress)
      let test = try McNemar(baseline: other.isCorrect, variant: predictions.isCorrect)
      let bounds = try Bootstrap().accuracyDifference(baseline: other.isCorrect, variant: predictions.isCorrect)
      figures.comparison = Figures.Comparison(
        difference: predictions.accuracy - other.accuracy, differenceInterval: [bounds.lower, bounds.upper],
        mcnemarP: test.pValue, fixed: test.fixed, broken: test.broken)
    }
    if display.json { return try Output.json(figures) }
    try Output.line(
      "accuracy \(figures.accuracy), 95 % interval \(interval.lower) to \(interval.upper) (\(figures.correct) of \(figures.count))"
    )
    try Output.line("F1 \(figures.f1), MCC \(figures.mcc), log loss \(figures.logLoss)")
    if let comparison = figures.comparison {
      let bounds = comparison.differenceInterval
      try Output.line(
        "difference from \(baseline ?? ""): \(comparison.difference), 95 % interval \(bounds[0]) to \(bounds[1]), "
          + "McNemar p \(comparison.mcnemarP) (\(comparison.fixed) fixed, \(comparison.broken) broken)")
    }
  }

  private func predictions(_ directory: URL, _ progress: any ProgressDisplay) throws -> Predictions {
    let classifier = try PackedClassifier(
      checkpoint: try Checkpoint(modelDirectory: directory), backend: try compute.backend())
    let rows = try compute.text(data, directory, classifier.configuration)
    progress.begin("evaluate", unit: "sentences", total: rows.count)
    defer { progress.end() }
    return try Evaluator.predictions(classifier, rows) { progress.advance(to: $0, note: "") }
  }
}
