/// A metric of given answers, prepared to be had of many resamples: rows count as often as a weight says.
struct MetricJudge {
  private enum Prepared {
    /// Of each row, its place in the confusion matrix.
    case cells([Int], classes: Int)
    case sets(actual: [Bool], predicted: [Bool], classes: Int)
    case numbers([Double], [Double])
    /// Rows in groups of equal numbers, ascending: for either side.
    case ranks(RankGroups, RankGroups)
  }

  let metric: Metric
  let count: Int
  private let prepared: Prepared

  init(_ metric: Metric, _ answers: Answers) throws(MeasurementError) {
    try answers.check(metric.rawValue)
    guard metric.judges(answers.kind) else {
      throw .notJudged(metric: metric.rawValue, answers: answers.kind.description)
    }
    self.metric = metric
    count = answers.count
    switch answers {
    case .classes(let actual, let predicted, let classes):
      prepared = .cells(zip(actual, predicted).map { $0 * classes + $1 }, classes: classes)
    case .classSets(let actual, let predicted, let classes):
      prepared = .sets(actual: actual, predicted: predicted, classes: classes)
    case .numbers(let actual, let predicted):
      prepared =
        metric == .spearman
        ? .ranks(RankGroups(actual), RankGroups(predicted)) : .numbers(actual, predicted)
    }
  }

  /// - Parameter weights: how often each row counts.
  /// - Complexity: O(rows × classes).
  func value(weights: [Int]) -> Double {
    switch prepared {
    case .cells(let cells, let classes):
      var counts = [Int](repeating: 0, count: classes * classes)
      for (cell, weight) in zip(cells, weights) { counts[cell] += weight }
      let confusion = ConfusionMatrix(
        counts: (0..<classes).map { Array(counts[$0 * classes..<($0 + 1) * classes]) })
      return switch metric {
      case .f1: confusion.f1(of: 1)
      case .macroF1: confusion.macroF1
      case .matthewsCorrelation: confusion.matthewsCorrelation
      default: confusion.accuracy
      }
    case .sets(let actual, let predicted, let classes):
      return value(actual, predicted, classes, weights)
    case .numbers(let actual, let predicted): return weightedCorrelation(actual, predicted, weights)
    case .ranks(let actual, let predicted):
      return weightedCorrelation(actual.ranks(weights), predicted.ranks(weights), weights)
    }
  }

  private func value(_ actual: [Bool], _ predicted: [Bool], _ classes: Int, _ weights: [Int]) -> Double {
    var hits = [Int](repeating: 0, count: classes)
    /// True and predicted together.
    var all = hits
    var exact = 0
    for (row, weight) in weights.enumerated() where weight > 0 {
      var isExact = true
      for k in 0..<classes {
        let (a, p) = (actual[row * classes + k], predicted[row * classes + k])
        if a && p { hits[k] += weight }
        all[k] += (a ? weight : 0) + (p ? weight : 0)
        if a != p { isExact = false }
      }
      if isExact { exact += weight }
    }
    func f1(_ hits: Int, _ all: Int) -> Double { all == 0 ? 0 : 2 * Double(hits) / Double(all) }
    switch metric {
    case .macroF1:
      return classes == 0 ? 0 : zip(hits, all).reduce(0) { $0 + f1($1.0, $1.1) } / Double(classes)
    case .microF1: return f1(hits.reduce(0, +), all.reduce(0, +))
    default: return Double(exact) / Double(max(1, weights.reduce(0, +)))
    }
  }
}

extension Answers.Kind {
  /// For messages.
  var description: String {
    switch self {
    case .classes(let count): "one of \(count) classes a row"
    case .numbers: "a number a row"
    case .classSets: "a set of classes a row"
    }
  }
}

/// Rows ordered by a number, those of equal numbers together.
struct RankGroups {
  private let order: [Int]
  /// Where each group begins in `order`, then its end.
  private let starts: [Int]

  init(_ values: [Double]) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    self.order = order
    starts = order.indices.filter { $0 == 0 || values[order[$0]] != values[order[$0 - 1]] } + [order.count]
  }

  /// The rank of each row, from 1, where a row stands as often as its weight says; equal numbers share the mean of their
  /// ranks.
  func ranks(_ weights: [Int]) -> [Double] {
    var ranks = [Double](repeating: 0, count: order.count)
    var passed = 0
    for (start, end) in zip(starts, starts.dropFirst()) {
      var weight = 0
      for place in start..<end { weight += weights[order[place]] }
      let rank = Double(passed) + Double(weight + 1) / 2
      for place in start..<end { ranks[order[place]] = rank }
      passed += weight
    }
    return ranks
  }
}

/// Pearson's correlation coefficient of rows that count as often as their weights say.
///
///     r = Σ w (x - mx)(y - my) / sqrt(Σ w (x - mx)² Σ w (y - my)²)
///
/// 0 where either side is constant: then nothing goes with anything.
func weightedCorrelation(_ x: [Double], _ y: [Double], _ weights: [Int]) -> Double {
  var (total, meanX, meanY) = (0.0, 0.0, 0.0)
  for (row, weight) in weights.enumerated() {
    total += Double(weight)
    meanX += Double(weight) * x[row]
    meanY += Double(weight) * y[row]
  }
  guard total > 0 else { return 0 }
  meanX /= total
  meanY /= total
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for (row, weight) in weights.enumerated() {
    let (a, b) = (x[row] - meanX, y[row] - meanY)
    xx += Double(weight) * a * a
    yy += Double(weight) * b * b
    xy += Double(weight) * a * b
  }
  let denominator = xx.squareRoot() * yy.squareRoot()
  return denominator == 0 ? 0 : min(1, max(-1, xy / denominator))
}
