/// The percentile bootstrap with a seed of its own: the same rows and seed give the same interval on every machine.
///
/// - SeeAlso: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
public struct Bootstrap: Equatable, Sendable {
  public var seed: UInt64
  public var resamples: Int
  /// Share of the resampled figures that the interval holds.
  public var confidence: Double

  /// - Parameters:
  ///   - resamples: at least 1; 10,000 leave about 0.1 standard errors of noise at the ends of a 95 % interval.
  ///   - confidence: strictly between 0 and 1.
  public init(seed: UInt64 = 42, resamples: Int = 10_000, confidence: Double = 0.95) {
    precondition(resamples > 0, "\(resamples) resamples")
    precondition(confidence > 0 && confidence < 1, "confidence \(confidence) is not between 0 and 1")
    self.seed = seed
    self.resamples = resamples
    self.confidence = confidence
  }

  /// The interval of `accuracy(variant) - accuracy(baseline)`, with whole rows resampled, so that the pairing is kept.
  ///
  /// - Parameters:
  ///   - baseline: whether the baseline is right, row by row.
  ///   - variant: the same of the variant, in the same order.
  /// - Throws: ``MeasurementError`` where the counts differ or are zero.
  /// - Complexity: O(`resamples` * rows); 872 rows take some 20 ms.
  public func accuracyDifference(baseline: [Bool], variant: [Bool]) throws(MeasurementError) -> Interval {
    guard baseline.count == variant.count else {
      throw .countMismatch(what: "paired bootstrap", expected: baseline.count, found: variant.count)
    }
    guard !baseline.isEmpty else { throw .noRows(what: "paired bootstrap") }
    let differences = zip(baseline, variant).map { before, after in (after ? 1 : 0) - (before ? 1 : 0) }
    var random = SplitMix64(seed: seed)
    var figures: [Double] = []
    figures.reserveCapacity(resamples)
    for _ in 0..<resamples {
      var sum = 0
      for _ in 0..<differences.count { sum += differences[random.index(below: differences.count)] }
      figures.append(Double(sum) / Double(differences.count))
    }
    return percentileInterval(of: figures)
  }

  /// The interval of the median of `values`, such as the times of one variant.
  ///
  /// - Throws: ``MeasurementError/noRows(what:)``, or ``MeasurementError/invalidValue(what:row:value:)`` for NaN.
  public func median(of values: [Double]) throws(MeasurementError) -> Interval {
    try checkFinite(values, "median")
    var random = SplitMix64(seed: seed)
    let figures = (0..<resamples).map { _ in resampledMedian(values, &random) }
    return percentileInterval(of: figures)
  }

  /// The interval of `median(values) / median(baseline)`, the two resampled apart: how many times the baseline's time a
  /// variant takes.
  ///
  /// - Throws: as ``median(of:)``; also where a baseline value is not positive.
  public func ratioOfMedians(_ values: [Double], to baseline: [Double]) throws(MeasurementError) -> Interval {
    try checkFinite(values, "ratio of medians")
    try checkFinite(baseline, "ratio of medians, baseline")
    if let row = baseline.firstIndex(where: { $0 <= 0 }) {
      throw .invalidValue(what: "ratio of medians, baseline", row: row, value: baseline[row])
    }
    var random = SplitMix64(seed: seed)
    let figures = (0..<resamples).map { _ in
      resampledMedian(values, &random) / resampledMedian(baseline, &random)
    }
    return percentileInterval(of: figures)
  }

  private func resampledMedian(_ values: [Double], _ random: inout SplitMix64) -> Double {
    var sample = (0..<values.count).map { _ in values[random.index(below: values.count)] }
    sample.sort()
    return quantile(0.5, ofSorted: sample)
  }

  func percentileInterval(of figures: [Double]) -> Interval {
    let sorted = figures.sorted()
    let tail = (1 - confidence) / 2
    return Interval(lower: quantile(tail, ofSorted: sorted), upper: quantile(1 - tail, ofSorted: sorted))
  }

  func checkFinite(_ values: [Double], _ what: String) throws(MeasurementError) {
    guard !values.isEmpty else { throw .noRows(what: what) }
    if let row = values.firstIndex(where: { !$0.isFinite }) {
      throw .invalidValue(what: what, row: row, value: values[row])
    }
  }
}
