/// Counts of rows by true and predicted class, and the figures that follow from them.
public struct ConfusionMatrix: Equatable, Sendable, Codable {
  /// `counts[actual][predicted]`, square.
  public let counts: [[Int]]

  /// - Parameter counts: square, `counts[actual][predicted]`, none negative.
  public init(counts: [[Int]]) {
    precondition(counts.allSatisfy { $0.count == counts.count && $0.allSatisfy { $0 >= 0 } }, "\(counts) is not square")
    self.counts = counts
  }

  /// - Parameters:
  ///   - labels: the true class of each row, in `0..<classCount`.
  ///   - predictions: the predicted class of each row.
  /// - Throws: ``MeasurementError`` where lengths differ, there are no rows, or a class is out of range.
  public init(labels: [Int], predictions: [Int], classCount: Int) throws(MeasurementError) {
    guard labels.count == predictions.count else {
      throw .countMismatch(what: "predictions", expected: labels.count, found: predictions.count)
    }
    guard !labels.isEmpty else { throw .noRows(what: "confusion matrix") }
    var counts = [[Int]](repeating: [Int](repeating: 0, count: max(classCount, 0)), count: max(classCount, 0))
    for row in labels.indices {
      for label in [labels[row], predictions[row]] where !(0..<classCount).contains(label) {
        throw .labelOutOfRange(row: row, label: label, classCount: classCount)
      }
      counts[labels[row]][predictions[row]] += 1
    }
    self.counts = counts
  }

  public var classCount: Int { counts.count }
  public var count: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
  public var correct: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }

  /// Share of rows predicted right; 0 without rows.
  public var accuracy: Double { count == 0 ? 0 : Double(correct) / Double(count) }

  /// F1 of class 1 for two classes, as GLUE reports it; the unweighted mean over the classes for more.
  public var f1: Double {
    if classCount == 2 { return f1(of: 1) }
    return macroF1
  }

  /// The unweighted mean of the classes' F1.
  public var macroF1: Double {
    classCount == 0 ? 0 : counts.indices.reduce(0) { $0 + f1(of: $1) } / Double(classCount)
  }

  /// `2 TP / (2 TP + FP + FN)` of one class against the rest; 0 where it is neither present nor predicted.
  public func f1(of positive: Int) -> Double {
    let denominator = actual(positive) + predicted(positive)
    return denominator == 0 ? 0 : 2 * Double(counts[positive][positive]) / Double(denominator)
  }

  /// Matthews' correlation coefficient in -1...1, in Gorodkin's form for any number of classes.
  ///
  ///     (c s - Σ p_k t_k) / sqrt((s^2 - Σ p_k^2) (s^2 - Σ t_k^2))
  ///
  /// with s rows, c of them right, and p_k predicted and t_k true rows of class k. 0 where a factor is zero, that is
  /// where all rows have, or are given, one class.
  ///
  /// - SeeAlso: Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient",
  ///   Computational Biology and Chemistry 28, 2004.
  public var matthewsCorrelation: Double {
    let s = Double(count)
    var predictedTimesActual = 0.0
    var predictedSquared = 0.0
    var actualSquared = 0.0
    for index in counts.indices {
      let p = Double(predicted(index))
      let t = Double(actual(index))
      predictedTimesActual += p * t
      predictedSquared += p * p
      actualSquared += t * t
    }
    let denominator = (s * s - predictedSquared).squareRoot() * (s * s - actualSquared).squareRoot()
    return denominator == 0 ? 0 : (Double(correct) * s - predictedTimesActual) / denominator
  }

  /// Rows whose true class is `index`.
  public func actual(_ index: Int) -> Int { counts[index].reduce(0, +) }

  /// Rows predicted to be of class `index`.
  public func predicted(_ index: Int) -> Int { counts.reduce(0) { $0 + $1[index] } }
}
