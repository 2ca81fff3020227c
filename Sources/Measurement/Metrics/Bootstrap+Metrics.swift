extension Bootstrap {
  /// The interval of a metric, with whole rows resampled.
  ///
  /// - Throws: as ``Metric/value(of:)``.
  /// - Complexity: O(`resamples` × rows × classes).
  public func interval(of metric: Metric, _ answers: Answers) throws(MeasurementError) -> Interval {
    let judge = try MetricJudge(metric, answers)
    var random = SplitMix64(seed: seed)
    return percentileInterval(
      of: (0..<resamples).map { _ in judge.value(weights: Self.weights(judge.count, &random)) })
  }

  /// The interval of `metric(variant) - metric(baseline)`, with whole rows resampled, so that the pairing is kept.
  ///
  /// - Throws: as ``Metric/value(of:)``, or ``MeasurementError/countMismatch(what:expected:found:)`` for answers to unlike
  ///   counts of rows.
  public func difference(
    of metric: Metric, baseline: Answers, variant: Answers
  ) throws(MeasurementError) -> Interval {
    // The same draws, and the same sums, as of accuracies alone.
    if metric == .accuracy, metric.judges(baseline.kind), metric.judges(variant.kind), let before = baseline.isCorrect,
      let after = variant.isCorrect
    {
      return try accuracyDifference(baseline: before, variant: after)
    }
    let judges = try (MetricJudge(metric, baseline), MetricJudge(metric, variant))
    guard judges.0.count == judges.1.count else {
      throw .countMismatch(what: "paired bootstrap", expected: judges.0.count, found: judges.1.count)
    }
    var random = SplitMix64(seed: seed)
    return percentileInterval(
      of: (0..<resamples).map { _ in
        let weights = Self.weights(judges.0.count, &random)
        return judges.1.value(weights: weights) - judges.0.value(weights: weights)
      })
  }

  private static func weights(_ count: Int, _ random: inout SplitMix64) -> [Int] {
    var weights = [Int](repeating: 0, count: count)
    for _ in 0..<count { weights[random.index(below: count)] += 1 }
    return weights
  }
}
