extension ReportFigures {
  var difference: Figure? {
    let compared = ownRows.filter {
      $0.variant.role != .baseline && !$0.variant.hasRandomWeights && $0.variant.difference != nil
    }
    guard let baseline = results.baseline, !compared.isEmpty else { return nil }
    let chart = IntervalChart(
      rows: compared.map { row in
        let difference = 100 * (row.variant.difference ?? 0)
        return .init(
          name: row.variant.shownTitle, value: difference,
          interval: row.variant.differenceInterval.map { Bounds(100 * $0.lower, 100 * $0.upper) }, look: row.look,
          text: NumberText.signed(difference, 2))
      },
      axisName: words.differenceAxis, references: [(0, words.baselineMark)])
    return Figure(
      name: "difference", title: words.differenceTitle,
      summary: words.differenceSummary(count: compared.count, baseline: baseline.shownTitle),
      caption: words.differenceCaption(split: results.reportedSplit, confidence: results.confidenceText),
      chart: chart,
      table: DataTable(
        columns: [
          .text(words.model), .number(words.differencePoints), .number(words.lower), .number(words.upper),
          .number(words.pHolm),
        ],
        rows: compared.map { row in
          let variant = row.variant
          return [
            variant.shownTitle, variant.difference.map(NumberText.points) ?? NumberText.missing,
            variant.differenceInterval.map { NumberText.points($0.lower) } ?? NumberText.missing,
            variant.differenceInterval.map { NumberText.points($0.upper) } ?? NumberText.missing,
            variant.pValueHolm.map(NumberText.pValue) ?? NumberText.missing,
          ]
        }))
  }

  var accuracyByLatency: Figure? {
    accuracyBy(name: "accuracy-latency", title: words.accuracyAndLatency, axis: words.latencyAxis) { $0.latency?.p50 }
  }

  var accuracyBySize: Figure? {
    accuracyBy(name: "accuracy-size", title: words.accuracyAndSize, axis: words.sizeAxis) {
      $0.sizeBytes.map { Double($0) / 1_048_576 }
    }
  }

  var accuracyByMemory: Figure? {
    accuracyBy(name: "accuracy-memory", title: words.accuracyAndMemory, axis: words.memoryAxis) {
      $0.peakMemoryBytes.map { Double($0) / 1_048_576 }
    }
  }

  private func accuracyBy(
    name: String, title: String, axis: String, cost: (VariantResult) -> Double?
  ) -> Figure? {
    let placed = ownRows.compactMap { row -> (variant: VariantResult, look: SeriesLook, x: Double, y: Double)? in
      guard let x = cost(row.variant), let y = row.variant.meaningfulJudged else { return nil }
      return (row.variant, row.look, x, y)
    }
    guard placed.count > 1 else { return nil }
    let frontier = ParetoFrontier.of(placed.map { ($0.x, $0.y) })
    func isUnbeaten(_ item: (variant: VariantResult, look: SeriesLook, x: Double, y: Double)) -> Bool {
      frontier.contains { $0.x == item.x && $0.y == item.y }
    }
    let chart = ScatterChart(
      groups: placed.map { item in
        .init(
          name: item.variant.shownTitle, look: item.look,
          points: [.init(x: item.x, y: item.y, interval: item.variant.judgedInterval)],
          isDimmed: !isUnbeaten(item))
      },
      xName: axis, yName: words.accuracyAxis, xStartsAtZero: true, frontier: frontier)
    return Figure(
      name: name, title: title,
      summary: words.paretoSummary(
        count: placed.count, axis: axis,
        unbeaten: placed.filter(isUnbeaten).map(\.variant.shownTitle).joined(separator: words.listSeparator)),
      caption: words.paretoCaption(split: results.reportedSplit, confidence: results.confidenceText),
      chart: chart,
      table: DataTable(
        columns: [
          .text(words.model), .number(axis), .number(words.accuracy), .number(words.interval(results.confidenceText)),
          .text(words.frontier),
        ],
        rows: placed.map { item in
          [
            item.variant.shownTitle, NumberText.fixed(item.x, 2), NumberText.fixed(item.y, 4),
            AccuracyText.interval(item.variant.judgedInterval, of: item.variant),
            isUnbeaten(item) ? words.yes : words.no,
          ]
        },
        rowClasses: Dictionary(
          uniqueKeysWithValues: placed.enumerated().filter { !isUnbeaten($0.element) }.map { ($0.offset, "beaten") })))
  }
}
