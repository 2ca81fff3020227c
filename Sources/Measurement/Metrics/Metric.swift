/// By which answers are judged and models chosen; more is better in all of them.
public enum Metric: String, CaseIterable, Sendable, Codable {
  /// Of sets of classes: the share of rows whose whole set is right.
  case accuracy
  /// Of class 1 of two.
  case f1
  /// The unweighted mean of the classes' F1.
  case macroF1 = "f1_macro"
  /// F1 of all decisions, one for each row and class.
  case microF1 = "f1_micro"
  /// Matthews' correlation coefficient; see ``ConfusionMatrix/matthewsCorrelation``.
  case matthewsCorrelation = "matthews_correlation"
  /// Of predicted and true numbers.
  case pearson
  /// Pearson's of the ranks, those of equal numbers averaged.
  case spearman

  /// For people, in English, as it stands in a sentence.
  public var name: String {
    switch self {
    case .accuracy: "accuracy"
    case .f1: "F1"
    case .macroF1: "macro F1"
    case .microF1: "micro F1"
    case .matthewsCorrelation: "Matthews correlation"
    case .pearson: "Pearson correlation"
    case .spearman: "Spearman correlation"
    }
  }

  /// Whether it compares numbers rather than classes.
  public var isOfNumbers: Bool { self == .pearson || self == .spearman }

  /// Whether it can be had of answers of this kind.
  public func judges(_ kind: Answers.Kind) -> Bool {
    switch (self, kind) {
    case (.accuracy, .classes), (.matthewsCorrelation, .classes), (.macroF1, .classes): true
    case (.f1, .classes(let count)): count == 2
    case (.accuracy, .classSets), (.macroF1, .classSets), (.microF1, .classSets): true
    case (.pearson, .numbers), (.spearman, .numbers): true
    default: false
    }
  }

  /// The figure of all rows.
  ///
  /// - Throws: ``MeasurementError`` for unlike counts, no rows, a value that isn't possible, or answers that it does not
  ///   judge.
  public func value(of answers: Answers) throws(MeasurementError) -> Double {
    let judge = try MetricJudge(self, answers)
    return judge.value(weights: [Int](repeating: 1, count: judge.count))
  }
}
