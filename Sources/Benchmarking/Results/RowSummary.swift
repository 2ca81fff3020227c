package import Measurement

/// The figures of one contestant in one cell, over all repetitions.
package struct RowSummary: Codable, Equatable, Sendable {
  package var contestant: String
  /// How many times as fast as the baseline it is: the middle of the ratios of the rounds, the baseline's time over its
  /// own; nil where it was not timed.
  package var ratio: Double?
  package var ratioInterval: Interval?
  /// Of each repetition alone.
  package var repetitionRatios: [Double]
  /// Of single calls, in seconds, and their intervals.
  package var latency: LatencySummary?
  package var latencyIntervals: [Interval]
  /// MLPerf's estimate of p90; nil for a cell that isn't single stream, or too few calls.
  package var earlyStoppingP90: Double?
  package var sentencesPerSecond: Double?
  package var sentencesPerSecondInterval: Interval?
  /// Of the rounds' medians: the middle half over the middle, a measure of the machine's noise.
  package var spread: Double?
  package var rounds: Int
  /// The middle of the repetitions'.
  package var firstResultSeconds: Double?
  /// The largest.
  package var peakResidentBytes: Int?
  package var difference: Double?
  package var decibels: Double?
  package var problem: String?

  /// The largest relative difference of two repetitions' ratios.
  package var disagreement: Double? {
    guard repetitionRatios.count > 1, let least = repetitionRatios.min(), let most = repetitionRatios.max(), least > 0
    else { return nil }
    return most / least - 1
  }

  /// - Parameters:
  ///   - records: of the contestant, one a repetition.
  ///   - baseline: of the baseline, likewise.
  init(_ records: [RowRecord], baseline: [RowRecord], cell: Cell, bootstrap: Bootstrap) throws(MeasurementError) {
    contestant = records.first?.contestant ?? ""
    problem = records.lazy.compactMap(\.problem).first
    difference = records.compactMap(\.difference).max()
    decibels = records.compactMap(\.decibels).min()
    let starts = records.compactMap(\.firstResultSeconds)
    firstResultSeconds = starts.isEmpty ? nil : Rounds.median(starts)
    peakResidentBytes = records.compactMap(\.peakResidentBytes).max()
    latencyIntervals = []
    repetitionRatios = []
    let turns = problem == nil ? records.flatMap(\.turns) : []
    rounds = turns.count
    guard rounds > 0 else { return }

    let medians = turns.map(Rounds.median)
    let ratios = zip(records, baseline).map { own, baseline in Self.ratios(own, to: baseline) }
    repetitionRatios = ratios.map(Rounds.median)
    let all = ratios.flatMap { $0 }
    ratio = Rounds.median(all)
    ratioInterval = try bootstrap.median(of: all)
    let calls = turns.flatMap { $0 }
    latency = try LatencySummary(seconds: calls)
    let sorted = medians.sorted()
    let middle = quantile(0.5, ofSorted: sorted)
    if middle > 0 { spread = (quantile(0.75, ofSorted: sorted) - quantile(0.25, ofSorted: sorted)) / middle }
    if cell.isSingleStream {
      // A fifth of the usual resamples: thousands of calls, and the ends of the interval are shown to three figures.
      latencyIntervals = try Bootstrap(seed: bootstrap.seed, resamples: max(1, bootstrap.resamples / 5)).quantiles(
        [0.5, 0.9, 0.99], ofRounds: turns)
      earlyStoppingP90 = EarlyStopping().estimate(of: calls)
    } else {
      let interval = try bootstrap.median(of: medians)
      let count = Double(cell.sentences)
      sentencesPerSecond = count / middle
      sentencesPerSecondInterval = Interval(lower: count / interval.upper, upper: count / interval.lower)
    }
  }

  /// Round by round, so that what slowed a round down stands in both its times.
  static func ratios(_ own: RowRecord, to baseline: RowRecord) -> [Double] {
    zip(own.medians, baseline.medians).map { own, baseline in own > 0 ? baseline / own : .infinity }
  }
}
