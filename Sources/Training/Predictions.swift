public import Measurement

/// What a model said of a labelled data set.
public struct Predictions: Equatable, Sendable, Codable {
  /// `[count, K]`, row by row.
  public let logits: [Float]
  public let labels: [Int32]
  public let classCount: Int

  public init(logits: [Float], labels: [Int32], classCount: Int) {
    self.logits = logits
    self.labels = labels
    self.classCount = classCount
  }

  public var count: Int { labels.count }

  /// The class of the largest logit of each sentence, the first of equals.
  public var classes: [Int] {
    (0..<count).map { row in
      let start = row * classCount
      return (0..<classCount).reduce(0) { logits[start + $1] > logits[start + $0] ? $1 : $0 }
    }
  }

  /// Which sentences were classified rightly.
  public var isCorrect: [Bool] { zip(classes, labels).map { $0 == Int($1) } }

  public var accuracy: Double { count == 0 ? 0 : Double(isCorrect.count { $0 }) / Double(count) }

  /// The mean cross entropy of the labels, in nats.
  public func loss() throws(MeasurementError) -> Double {
    try logLoss(logits: logits, labels: labels.map(Int.init), classCount: classCount)
  }

  /// Of 15 bins.
  public func calibrationError() throws(MeasurementError) -> Double {
    try expectedCalibrationError(logits: logits, labels: labels.map(Int.init), classCount: classCount)
  }

  public func confusion() throws(MeasurementError) -> ConfusionMatrix {
    try ConfusionMatrix(labels: labels.map(Int.init), predictions: classes, classCount: classCount)
  }
}
