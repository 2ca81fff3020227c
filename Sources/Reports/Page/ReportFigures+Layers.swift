extension ReportFigures {
  private static let depthKinds: [(kind: DepthPoint.Kind, look: SeriesLook, isJoined: Bool)] = [
    (.baseline, SeriesLook(colour: "base", shape: .square), false),
    (.unprunedLonger, SeriesLook(colour: "base", shape: .square, isHollow: true), false),
    (.prunedAfter, SeriesLook(colour: "s0"), true),
    (.prunedBefore, SeriesLook(colour: "s0", isHollow: true, isDashed: true), true),
    (.controlTop, SeriesLook(colour: "s2", shape: .triangle), false),
    (.controlRandom, SeriesLook(colour: "s3", shape: .diamond), false),
  ]

  var depth: Figure? {
    guard !hasRandomWeights, let points = results.depthCurve, points.count > 1 else { return nil }
    let kinds = ReportFigures.depthKinds.filter { kind in points.contains { $0.kind == kind.kind } }
    let chart = ScatterChart(
      groups: kinds.map { kind in
        .init(
          name: words.depthKind(kind.kind), look: kind.look,
          points: points.filter { $0.kind == kind.kind }.map {
            .init(x: Double($0.layers), y: $0.accuracy, interval: $0.interval)
          }, isJoined: kind.isJoined)
      },
      xName: words.depthAxis, yName: words.accuracyAxis, xTicks: Set(points.map { Double($0.layers) }).sorted())
    let splits = Set(points.compactMap(\.split)).sorted().joined(separator: words.listSeparator)
    return Figure(
      name: "depth", title: words.depthTitle, summary: words.depthSummary, caption: words.depthCaption(splits: splits),
      chart: chart,
      table: DataTable(
        columns: [
          .text(words.model), .number(words.layers), .number(words.accuracy),
          .number(words.interval(results.confidenceText)), .text(words.split),
        ],
        rows: kinds.flatMap { kind in
          points.filter { $0.kind == kind.kind }.sorted { $0.layers < $1.layers }.map { point in
            [
              words.depthKind(kind.kind), String(point.layers), NumberText.fixed(point.accuracy, 4),
              point.interval.map { "\(NumberText.fixed($0.lower, 4))–\(NumberText.fixed($0.upper, 4))" }
                ?? NumberText.missing,
              point.split ?? NumberText.missing,
            ]
          }
        }))
  }

  var sensitivity: Figure? {
    guard !hasRandomWeights, let layers = results.sensitivity, !layers.isEmpty else { return nil }
    let removed = Set(results.removedLayers ?? [])
    // Ties by loss, as the choice of the layers breaks them.
    let ascending = layers.sorted {
      ($0.accuracyDrop, $0.lossIncrease ?? 0, $0.layer) < ($1.accuracyDrop, $1.lossIncrease ?? 0, $1.layer)
    }
    let chart = BarChart(
      bars: ascending.map { layer in
        .init(
          name: words.layer(layer.layer), value: 100 * layer.accuracyDrop,
          valueText: NumberText.signed(100 * layer.accuracyDrop, 2),
          colour: removed.contains(layer.layer) ? "s2" : "s1")
      },
      axisName: words.sensitivityAxis, legend: removed.isEmpty ? [] : [(words.removed, "s2"), (words.kept, "s1")])
    let published = StudyTables(results, words).drops.flatMap { $0.count == layers.count ? $0 : nil }
    let quoted: [DataTable.Column] = published == nil ? [] : [.reference(words.studysDrop)]
    return Figure(
      name: "sensitivity", title: words.sensitivityTitle, summary: words.sensitivitySummary(count: layers.count),
      caption: words.sensitivityCaption(split: results.sensitivitySplit), chart: chart,
      table: DataTable(
        columns: [
          .text(words.layerColumn), .number(words.accuracyDropPoints), .number(words.lossIncreaseNats),
          .number(words.klDivergenceNats), .text(words.fate),
        ] + quoted,
        rows: ascending.map { layer in
          let cells = [
            String(layer.layer), NumberText.points(layer.accuracyDrop),
            layer.lossIncrease.map { NumberText.signed($0, 4) } ?? NumberText.missing,
            layer.klDivergence.map(NumberText.nats) ?? NumberText.missing,
            removed.contains(layer.layer) ? words.removed : words.kept,
          ]
          guard let published else { return cells }
          let known = published.indices.contains(layer.layer)
          return cells + [known ? NumberText.points(published[layer.layer]) : NumberText.missing]
        }))
  }
}
