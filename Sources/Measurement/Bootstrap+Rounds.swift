extension Bootstrap {
  /// The intervals of quantiles of all values of some rounds, such as the times of single calls.
  ///
  /// Whole rounds are drawn: calls of one round follow each other closely and share what disturbed them, so that drawing
  /// single calls would give intervals that are too narrow.
  ///
  /// - Parameters:
  ///   - probabilities: in 0...1, as of ``quantile(_:ofSorted:)``.
  ///   - rounds: the values of each round, which may be of unlike count; at least one value in all.
  /// - Returns: an interval a probability.
  /// - Throws: ``MeasurementError/noRows(what:)``, or ``MeasurementError/invalidValue(what:row:value:)`` for NaN.
  /// - Complexity: O(`resamples` * (values + rounds)): a drawn round counts as often as it was drawn, nothing is sorted
  ///   anew.
  public func quantiles(
    _ probabilities: [Double], ofRounds rounds: [[Double]]
  ) throws(MeasurementError) -> [Interval] {
    let rounds = rounds.filter { !$0.isEmpty }
    try checkFinite(rounds.flatMap { $0 }, "quantiles of rounds")
    let values = rounds.enumerated().flatMap { round, values in values.map { (value: $0, round: round) } }
      .sorted { $0.value < $1.value }
    var random = SplitMix64(seed: seed)
    var figures = probabilities.map { _ in [Double]() }
    for _ in 0..<resamples {
      var weights = [Int](repeating: 0, count: rounds.count)
      for _ in rounds { weights[random.index(below: rounds.count)] += 1 }
      let count = zip(weights, rounds).reduce(0) { $0 + $1.0 * $1.1.count }
      for (place, probability) in probabilities.enumerated() {
        figures[place].append(Self.quantile(probability, of: values, weights, count))
      }
    }
    return figures.map { percentileInterval(of: $0) }
  }

  /// The quantile of `count` sorted values, each of which stands as often as its round's weight says.
  private static func quantile(
    _ probability: Double, of values: [(value: Double, round: Int)], _ weights: [Int], _ count: Int
  ) -> Double {
    let position = Double(count - 1) * probability
    let below = Int(position)
    var passed = 0
    var lower: Double?
    for (value, round) in values {
      passed += weights[round]
      if lower == nil, passed > below { lower = value }
      if let lower, passed > min(below + 1, count - 1) {
        return lower + (position - Double(below)) * (value - lower)
      }
    }
    return lower ?? .nan
  }
}
