import Measurement
import Text
import Training

/// What `evaluate` tells.
struct EvaluationFigures: Encodable {
  struct Comparison: Encodable {
    /// Of the metric.
    var difference: Double
    var differenceInterval: [Double]
    /// Of McNemar's test of accuracy.
    var mcnemarP: Double?
    var fixed: Int?
    var broken: Int?
    /// Of a paired randomisation test of the metric, where that isn't accuracy.
    var randomizationP: Double?

    enum CodingKeys: String, CodingKey {
      case difference, fixed, broken
      case differenceInterval = "difference_interval"
      case mcnemarP = "mcnemar_p"
      case randomizationP = "randomization_p"
    }
  }

  var count: Int
  var accuracy: Double?
  /// Wilson's.
  var accuracyInterval: [Double]?
  var correct: Int?
  var f1: Double?
  var mcc: Double?
  var macroF1: Double?
  var microF1: Double?
  var pearson: Double?
  var spearman: Double?
  var logLoss: Double?
  var meanSquaredError: Double?
  /// Nil for accuracy.
  var metric: Metric?
  var score: Double?
  /// Of a bootstrap over the rows.
  var scoreInterval: [Double]?
  var comparison: Comparison?

  enum CodingKeys: String, CodingKey {
    case accuracy, correct, count, f1, mcc, pearson, spearman, metric, score, comparison
    case accuracyInterval = "accuracy_interval"
    case macroF1 = "f1_macro"
    case microF1 = "f1_micro"
    case logLoss = "log_loss"
    case meanSquaredError = "mean_squared_error"
    case scoreInterval = "score_interval"
  }

  /// Draws, of other metrics than accuracy: each costs a pass over the rows.
  private static let draws = 2000

  init(_ predictions: Predictions, _ metric: Metric) throws {
    count = predictions.count
    if let isCorrect = predictions.answers.isCorrect {
      let right = isCorrect.count { $0 }
      let interval = Interval.wilson(successes: right, count: predictions.count)
      (accuracy, correct, accuracyInterval) = (predictions.accuracy, right, [interval.lower, interval.upper])
    }
    switch predictions.targets.kind {
    case .singleLabel:
      let confusion = try predictions.confusion()
      (f1, mcc, logLoss) = (confusion.f1, confusion.matthewsCorrelation, try predictions.loss())
    case .regression:
      (pearson, spearman) = (try predictions.score(.pearson), try predictions.score(.spearman))
      meanSquaredError = try predictions.loss()
    case .multiLabel:
      (macroF1, microF1) = (try predictions.score(.macroF1), try predictions.score(.microF1))
      logLoss = try predictions.loss()
    }
    guard metric != .accuracy else { return }
    self.metric = metric
    score = try predictions.score(metric)
    let interval = try Bootstrap(resamples: Self.draws).interval(of: metric, predictions.answers)
    scoreInterval = [interval.lower, interval.upper]
  }

  /// - Parameter other: of the baseline, on the same rows.
  mutating func compare(_ predictions: Predictions, with other: Predictions) throws {
    let chosen = metric ?? .accuracy
    let bootstrap = metric == nil ? Bootstrap() : Bootstrap(resamples: Self.draws)
    let bounds = try bootstrap.difference(of: chosen, baseline: other.answers, variant: predictions.answers)
    var found = Comparison(
      difference: try predictions.score(chosen) - other.score(chosen), differenceInterval: [bounds.lower, bounds.upper])
    if let before = other.answers.isCorrect, let after = predictions.answers.isCorrect {
      let test = try McNemar(baseline: before, variant: after)
      (found.mcnemarP, found.fixed, found.broken) = (test.pValue, test.fixed, test.broken)
    }
    if let metric {
      found.randomizationP = try PairedRandomization(swaps: Self.draws).pValue(
        of: metric, baseline: other.answers, variant: predictions.answers)
    }
    comparison = found
  }

  func lines(baseline: String) -> [String] {
    var lines: [String] = []
    if let metric, let score, let scoreInterval {
      lines.append("\(metric.name) \(score), 95 % interval \(scoreInterval[0]) to \(scoreInterval[1]) (\(count) rows)")
    }
    if let accuracy, let accuracyInterval, let correct {
      lines.append(
        "accuracy \(accuracy), 95 % interval \(accuracyInterval[0]) to \(accuracyInterval[1]) (\(correct) of \(count))")
    }
    let others: [(String, Double?)] = [
      ("F1", f1), ("MCC", mcc), ("macro F1", macroF1), ("micro F1", microF1), ("Pearson", pearson),
      ("Spearman", spearman), ("mean squared error", meanSquaredError), ("log loss", logLoss),
    ]
    lines.append(others.compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: ", "))
    if let comparison {
      let bounds = comparison.differenceInterval
      var text = "difference from \(baseline): \(comparison.difference), 95 % interval \(bounds[0]) to \(bounds[1])"
      if let p = comparison.randomizationP { text += ", paired randomisation p \(p)" }
      if let p = comparison.mcnemarP, let fixed = comparison.fixed, let broken = comparison.broken {
        text += ", McNemar p \(p) (\(fixed) fixed, \(broken) broken)"
      }
      lines.append(text)
    }
    return lines
  }
}
