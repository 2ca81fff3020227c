extension ReportFigures {
  /// What the costs of a radar are scored against.
  enum RadarRanges {
    /// The least and the largest cost of the variants shown: the study's.
    case amongShown
    /// Nothing and the baseline's cost, whoever else is shown.
    case againstBaseline
  }

  func radar(_ ranges: RadarRanges) -> Figure? {
    // Controls are questions, not candidates, and would only stretch the costs.
    let shown = ownRows.filter { row in
      let variant = row.variant
      return variant.role != .control && variant.sizeBytes != nil && variant.latency != nil
        && variant.peakMemoryBytes != nil
    }
    guard shown.count > 1 else { return nil }
    let accuracies = shown.compactMap { $0.variant.meaningfulJudged }
    let hasAccuracy = accuracies.count == shown.count
    let range = radarRange ?? RadarScore.accuracyRange(holding: accuracies)
    let score = RadarScore(accuracyRange: range)
    let costs: [(name: String, of: (VariantResult) -> Double?)] = [
      (words.sizeSpoke, { $0.sizeBytes.map(Double.init) }), (words.latencySpoke, { $0.latency?.p50 }),
      (words.memorySpoke, { $0.peakMemoryBytes.map(Double.init) }),
    ]
    var columns: [[Double]] = hasAccuracy ? [accuracies.map(score.accuracy)] : []
    for cost in costs {
      let values = shown.compactMap { cost.of($0.variant) }
      switch ranges {
      case .amongShown: columns.append(values.map { score.cost($0, among: values) })
      case .againstBaseline:
        guard let most = results.baseline.flatMap(cost.of), most > 0 else { return nil }
        columns.append(values.map { score.cost($0, among: [0, most]) })
      }
    }
    let spokes = (hasAccuracy ? [words.accuracy] : []) + costs.map(\.name)
    let series = shown.enumerated().map { index, row in
      RadarChart.Series(
        name: row.variant.shownTitle, look: row.look, scores: columns.map { $0[index] },
        standsOut: (row.variant.layers.map { $0 < (results.baseline?.layers ?? 0) } ?? false)
          || row.variant.role == .pruned)
    }
    let hasFixedRanges = ranges == .againstBaseline
    let accuracyRange: (lower: String, upper: String, width: String)? =
      hasAccuracy
      ? (
        NumberText.fixed(range.lowerBound, 2), NumberText.fixed(range.upperBound, 2),
        NumberText.fixed(range.upperBound - range.lowerBound, 2)
      ) : nil
    return Figure(
      name: hasFixedRanges ? "radar-cpu-fixed" : "radar-cpu",
      title: words.radarTitle(hasFixedRanges: hasFixedRanges),
      summary: words.radarSummary(count: shown.count, spokes: spokes),
      caption: [
        words.radarScores, words.radarCosts(hasFixedRanges: hasFixedRanges),
        words.radarAccuracy(range: accuracyRange, isStudys: range == RadarScore.studyAccuracyRange),
      ].joined(separator: words.sentenceSeparator),
      chart: RadarChart(spokes: spokes, series: series),
      table: DataTable(
        columns: [.text(words.model)] + spokes.map { .number(words.scoreColumn($0)) },
        rows: series.map { [$0.name] + $0.scores.map { NumberText.fixed($0, 3) } }))
  }
}
