public import Measurement
public import Text

/// What a model said of a labelled data set.
public struct Predictions: Equatable, Sendable {
  /// `[count, K]`, row by row; K is 1 for one number a row.
  public let logits: [Float]
  public let targets: Targets
  public let classCount: Int

  public init(logits: [Float], targets: Targets, classCount: Int) {
    self.logits = logits
    self.targets = targets
    self.classCount = classCount
  }

  public init(logits: [Float], labels: [Int32], classCount: Int) {
    self.init(logits: logits, targets: .labels(labels), classCount: classCount)
  }

  public var count: Int { targets.count }

  /// The true classes of a task of one class a row; none of other tasks.
  public var labels: [Int32] {
    guard case .labels(let labels) = targets else { return [] }
    return labels
  }

  /// The class of the largest logit of each sentence, the first of equals.
  public var classes: [Int] {
    (0..<count).map { row in
      let start = row * classCount
      return (0..<classCount).reduce(0) { logits[start + $1] > logits[start + $0] ? $1 : $0 }
    }
  }

  /// Beside what is true. A class of several that exclude nothing applies where it is more likely than not.
  public var answers: Answers {
    switch targets {
    case .labels(let labels): .classes(actual: labels.map(Int.init), predicted: classes, count: classCount)
    case .numbers(let numbers): .numbers(actual: numbers.map(Double.init), predicted: logits.map(Double.init))
    case .labelSets(let sets, let classCount):
      .classSets(actual: sets, predicted: logits.map { $0 > 0 }, count: classCount)
    }
  }

  /// Which rows were answered rightly as a whole; none where the answers are numbers.
  public var isCorrect: [Bool] { answers.isCorrect ?? [] }

  public var accuracy: Double { count == 0 ? 0 : Double(isCorrect.count { $0 }) / Double(count) }

  /// - Throws: ``MeasurementError/notJudged(metric:answers:)`` for a metric of other answers.
  public func score(_ metric: Metric) throws(MeasurementError) -> Double {
    // Of a split that has no rows accuracy is 0, as it always was.
    metric == .accuracy && targets.kind == .singleLabel ? accuracy : try metric.value(of: answers)
  }

  /// What was trained on, its mean over the rows: cross entropy in nats, the squared error of numbers, or binary cross
  /// entropy of every row and class.
  public func loss() throws(MeasurementError) -> Double {
    switch targets {
    case .labels(let labels):
      try logLoss(logits: logits, labels: labels.map(Int.init), classCount: classCount)
    case .numbers(let numbers): try meanSquaredError(outputs: logits, targets: numbers)
    case .labelSets(let sets, _): try binaryLogLoss(logits: logits, targets: sets)
    }
  }

  /// Of 15 bins; of tasks of one class a row.
  public func calibrationError() throws(MeasurementError) -> Double {
    try expectedCalibrationError(logits: logits, labels: labels.map(Int.init), classCount: classCount)
  }

  /// Of tasks of one class a row.
  public func confusion() throws(MeasurementError) -> ConfusionMatrix {
    try ConfusionMatrix(labels: labels.map(Int.init), predictions: classes, classCount: classCount)
  }

  /// The share of rows of which both say the same; nil where they say numbers.
  public func agreement(with other: Predictions) -> Double? {
    let same: Int
    switch (answers, other.answers) {
    case (.classes(_, let mine, _), .classes(_, let theirs, _)): same = zip(mine, theirs).count { $0 == $1 }
    case (.classSets(_, let mine, let width), .classSets(_, let theirs, _)):
      same = (0..<count).count { row in
        let places = row * width..<(row + 1) * width
        return mine[places] == theirs[places]
      }
    default: return nil
    }
    return Double(same) / Double(max(1, count))
  }
}

extension Predictions: Codable {
  private enum CodingKeys: String, CodingKey { case logits, labels, numbers, labelSets, classCount }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    logits = try values.decode([Float].self, forKey: .logits)
    classCount = try values.decode(Int.self, forKey: .classCount)
    if let numbers = try values.decodeIfPresent([Float].self, forKey: .numbers) {
      targets = .numbers(numbers)
    } else if let sets = try values.decodeIfPresent([Bool].self, forKey: .labelSets) {
      targets = .labelSets(sets, classCount: classCount)
    } else {
      targets = .labels(try values.decode([Int32].self, forKey: .labels))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(logits, forKey: .logits)
    try values.encode(classCount, forKey: .classCount)
    switch targets {
    case .labels(let labels): try values.encode(labels, forKey: .labels)
    case .numbers(let numbers): try values.encode(numbers, forKey: .numbers)
    case .labelSets(let sets, _): try values.encode(sets, forKey: .labelSets)
    }
  }
}
