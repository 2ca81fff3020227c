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
    let accuracies = shown.compactMap { $0.variant.meaningfulAccuracy }
    let hasAccuracy = accuracies.count == shown.count
    let range = radarRange ?? RadarScore.accuracyRange(holding: accuracies)
    let score = RadarScore(accuracyRange: range)
    let costs: [(name: String, of: (VariantResult) -> Double?)] = [
      ("Size", { $0.sizeBytes.map(Double.init) }), ("Latency", { $0.latency?.p50 }),
      ("Peak memory", { $0.peakMemoryBytes.map(Double.init) }),
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
    let spokes = (hasAccuracy ? ["Accuracy"] : []) + costs.map(\.name)
    let series = shown.enumerated().map { index, row in
      RadarChart.Series(
        name: row.variant.shownTitle, look: row.look, scores: columns.map { $0[index] },
        standsOut: (row.variant.layers.map { $0 < (results.baseline?.layers ?? 0) } ?? false)
          || row.variant.role == .pruned)
    }
    return Figure(
      name: ranges == .amongShown ? "radar-cpu" : "radar-cpu-fixed",
      title: ranges == .amongShown ? "CPU radar" : "CPU radar, fixed ranges",
      summary: "Scores of \(shown.count) variants for \(spokes.joined(separator: ", ").lowercased()).",
      caption: "Scores run from 0.1 to 1, larger is better. " + costFormula(ranges)
        + accuracyFormula(hasAccuracy ? range : nil),
      chart: RadarChart(spokes: spokes, series: series),
      table: DataTable(
        columns: [.text("Model")] + spokes.map { .number("\($0) score") },
        rows: series.map { [$0.name] + $0.scores.map { NumberText.fixed($0, 3) } }))
  }

  private func costFormula(_ ranges: RadarRanges) -> String {
    switch ranges {
    case .amongShown:
      "Size, latency and memory: 0.1 + 0.9 (max − x) / (max − min) over the variants shown, the formula of the study, so "
        + "that they change with who is shown."
    case .againstBaseline:
      "Size, latency and memory: 0.1 + 0.9 (1 − x / baseline), at least 0.1: the baseline has 0.1, nothing at all would "
        + "have 1, and who else is shown makes no difference."
    }
  }

  private func accuracyFormula(_ range: ClosedRange<Double>?) -> String {
    guard let range else { return " Accuracy is left out, for not every variant has one." }
    let (lower, upper) = (NumberText.fixed(range.lowerBound, 2), NumberText.fixed(range.upperBound, 2))
    return
      " Accuracy: 0.1 + 0.9 (x − \(lower)) / \(NumberText.fixed(range.upperBound - range.lowerBound, 2)), clipped to "
      + "\(lower)–\(upper)" + (range == RadarScore.studyAccuracyRange ? ", the range of the study." : ".")
  }
}
