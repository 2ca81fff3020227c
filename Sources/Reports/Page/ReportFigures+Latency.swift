extension ReportFigures {
  /// One figure for each count of tokens that was timed at two batch sizes or more.
  var latencyByBatch: [Figure] {
    let tokens = Set(ownRows.flatMap { $0.variant.latencyByBatch ?? [] }.map(\.tokens)).sorted()
    return tokens.compactMap { tokens -> Figure? in
      let timed = timed { variant in
        (variant.latencyByBatch ?? []).filter { $0.tokens == tokens }.map { (x: Double($0.batch), y: $0.p50) }
      }
      return latency(
        timed, name: "latency-batch-\(tokens)", title: words.batchTitle(tokens: tokens),
        summary: words.batchSummary(count: drawn(timed).count, tokens: tokens), note: nil, axis: words.batchAxis,
        column: words.batchColumn)
    }
  }

  var latencyByLength: Figure? {
    let timed = timed { variant in (variant.latencyByLength ?? []).map { (x: Double($0.tokens), y: $0.p50) } }
    return latency(
      timed, name: "latency-length", title: words.lengthTitle,
      summary: words.lengthSummary(count: drawn(timed).count), note: words.lengthNote, axis: words.lengthAxis,
      column: words.lengthColumn)
  }

  private typealias Timed = (role: VariantResult.Role, series: LineChart.Series)

  /// The rows that were timed at two places or more.
  private func timed(_ points: (VariantResult) -> [Draw.Point]) -> [Timed] {
    ownRows.compactMap { row in
      let points = points(row.variant)
      guard points.count > 1 else { return nil }
      return (row.variant.role, .init(name: row.variant.shownTitle, look: row.look, points: points))
    }
  }

  /// Controls have the shape of another row, so their lines would only cover it: their times are in the table alone.
  private func drawn(_ timed: [Timed]) -> [LineChart.Series] {
    timed.filter { $0.role != .control }.map(\.series)
  }

  private func latency(
    _ timed: [Timed], name: String, title: String, summary: String, note: String?, axis: String,
    column: (String) -> String
  ) -> Figure? {
    let series = drawn(timed)
    guard !series.isEmpty else { return nil }
    let places = Set(timed.flatMap { $0.series.points.map(\.x) }).sorted()
    let caption = words.latencyCaption(
      threads: results.threads, isLogarithmic: LineChart.isLogarithmic(series),
      omitsControls: timed.count > series.count)
    return Figure(
      name: name, title: title, summary: summary,
      caption: [note, caption].compactMap { $0 }.joined(separator: words.sentenceSeparator),
      chart: LineChart(series: series, xName: axis, yName: words.callLatencyAxis),
      table: DataTable(
        columns: [.text(words.modelMillisecondsAt)] + places.map { .number(column(NumberText.trimmed($0, 0))) },
        rows: timed.map { item in
          [item.series.name]
            + places.map { place in
              item.series.points.first { $0.x == place }.map { NumberText.significant($0.y) } ?? NumberText.missing
            }
        }))
  }
}
