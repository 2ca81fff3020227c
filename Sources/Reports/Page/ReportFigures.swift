/// The figures that the results allow, in the order of the page.
struct ReportFigures {
  let results: ShowdownResults
  private let looks: [SeriesLook]
  let radarRange: ClosedRange<Double>?

  /// - Parameter radarRange: the accuracies between which the radar draws differences; nil takes the study's, widened
  ///   where it must be.
  init(_ results: ShowdownResults, radarRange: ClosedRange<Double>? = nil) {
    self.results = results
    self.looks = SeriesLook.looks(of: results.variants)
    self.radarRange = radarRange
  }

  var all: [Figure] {
    let single = [difference, accuracyByLatency, accuracyBySize, accuracyByMemory, depth, sensitivity].compactMap { $0 }
    return single + latencyByBatch + [radar(.amongShown), radar(.againstBaseline)].compactMap { $0 }
  }

  private var rows: [(variant: VariantResult, look: SeriesLook)] { Array(zip(results.variants, looks)) }

  /// Rows of this run, that is none measured elsewhere.
  var ownRows: [(variant: VariantResult, look: SeriesLook)] { rows.filter { $0.variant.role != .reference } }

  /// Then accuracies mean nothing, and neither do figures made from them.
  private var hasRandomWeights: Bool { results.variants.contains { $0.hasRandomWeights } }

  private var split: String { results.reportedSplit.map { "the \($0) split" } ?? "the reported split" }

  // MARK: Accuracy

  private var difference: Figure? {
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
      axisName: "Difference of accuracy, points", references: [(0, "baseline")])
    return Figure(
      name: "difference", title: "Accuracy against the baseline",
      summary: "The difference of accuracy of \(compared.count) variants from \(baseline.shownTitle), in percentage "
        + "points, with intervals.",
      caption: "Paired on the rows of \(split); lines are \(results.confidenceText) bootstrap intervals. A line across "
        + "zero does not show a difference.",
      chart: chart,
      table: DataTable(
        columns: [
          .text("Model"), .number("Difference (points)"), .number("Lower"), .number("Upper"), .number("p (Holm)"),
        ],
        rows: compared.map { row in
          let variant = row.variant
          return [
            variant.shownTitle, variant.difference.map(NumberText.points) ?? NumberText.missing,
            variant.differenceInterval.map { NumberText.points($0.lower) } ?? NumberText.missing,
            variant.differenceInterval.map { NumberText.points($0.upper) } ?? NumberText.missing,
            variant.mcnemarPHolm.map(NumberText.pValue) ?? NumberText.missing,
          ]
        }))
  }

  private var accuracyByLatency: Figure? {
    accuracyBy(name: "accuracy-latency", title: "Accuracy and latency", axis: "Median latency at batch 1, ms") {
      $0.latency?.p50
    }
  }

  private var accuracyBySize: Figure? {
    accuracyBy(name: "accuracy-size", title: "Accuracy and size", axis: "Size, MB") {
      $0.sizeBytes.map { Double($0) / 1_048_576 }
    }
  }

  private var accuracyByMemory: Figure? {
    accuracyBy(name: "accuracy-memory", title: "Accuracy and memory", axis: "Peak memory, MB") {
      $0.peakMemoryBytes.map { Double($0) / 1_048_576 }
    }
  }

  private func accuracyBy(
    name: String, title: String, axis: String, cost: (VariantResult) -> Double?
  ) -> Figure? {
    let placed = ownRows.compactMap { row -> (variant: VariantResult, look: SeriesLook, x: Double, y: Double)? in
      guard let x = cost(row.variant), let y = row.variant.meaningfulAccuracy else { return nil }
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
          points: [.init(x: item.x, y: item.y, interval: item.variant.accuracyInterval)],
          isDimmed: !isUnbeaten(item))
      },
      xName: axis, yName: "Accuracy", xStartsAtZero: true, frontier: frontier)
    return Figure(
      name: name, title: title,
      summary: "\(placed.count) variants by accuracy and by \(axis); up and left is better. Not beaten in both: "
        + placed.filter(isUnbeaten).map(\.variant.shownTitle).joined(separator: ", ") + ".",
      caption: "Up and left is better; the dotted line joins the variants that no other beats in both, the others are "
        + "pale. Which side of a rival a mark lies on may be chance where intervals overlap. Bars are "
        + "\(results.confidenceText) Wilson intervals on \(split). Marks too close to be told apart are set side by side; the "
        + "table has their places.",
      chart: chart,
      table: DataTable(
        columns: [
          .text("Model"), .number(axis), .number("Accuracy"), .number("\(results.confidenceText) interval"),
          .text("Frontier"),
        ],
        rows: placed.map { item in
          [
            item.variant.shownTitle, NumberText.fixed(item.x, 2), NumberText.fixed(item.y, 4),
            AccuracyText.interval(item.variant.accuracyInterval, of: item.variant), isUnbeaten(item) ? "yes" : "no",
          ]
        }))
  }

  // MARK: Layers

  private static let depthKinds: [(kind: DepthPoint.Kind, name: String, look: SeriesLook, isJoined: Bool)] = [
    (.baseline, "baseline", SeriesLook(colour: "base", shape: .square), false),
    (.unprunedLonger, "unpruned, trained as long", SeriesLook(colour: "base", shape: .square, isHollow: true), false),
    (.prunedAfter, "pruned, trained again", SeriesLook(colour: "s0"), true),
    (.prunedBefore, "pruned, not trained again", SeriesLook(colour: "s0", isHollow: true, isDashed: true), true),
    (.controlTop, "top layers removed", SeriesLook(colour: "s2", shape: .triangle), false),
    (.controlRandom, "random layers removed", SeriesLook(colour: "s3", shape: .diamond), false),
  ]

  private var depth: Figure? {
    guard !hasRandomWeights, let points = results.depthCurve, points.count > 1 else { return nil }
    let kinds = ReportFigures.depthKinds.filter { kind in points.contains { $0.kind == kind.kind } }
    let chart = ScatterChart(
      groups: kinds.map { kind in
        .init(
          name: kind.name, look: kind.look,
          points: points.filter { $0.kind == kind.kind }.map {
            .init(x: Double($0.layers), y: $0.accuracy, interval: $0.interval)
          }, isJoined: kind.isJoined)
      },
      xName: "Encoder layers", yName: "Accuracy", xTicks: Set(points.map { Double($0.layers) }).sorted())
    let splits = Set(points.compactMap(\.split)).sorted()
    return Figure(
      name: "depth", title: "Accuracy by depth",
      summary: "Accuracy over the encoder layers left, for pruned models before and after training again and for the "
        + "controls.",
      caption: "Marks of one depth are set apart to be seen. Models not trained again start from the whole one."
        + (splits.isEmpty ? "" : " Measured on: \(splits.joined(separator: ", ")) (see the table)."),
      chart: chart,
      table: DataTable(
        columns: [
          .text("Model"), .number("Layers"), .number("Accuracy"), .number("\(results.confidenceText) interval"),
          .text("Split"),
        ],
        rows: kinds.flatMap { kind in
          points.filter { $0.kind == kind.kind }.sorted { $0.layers < $1.layers }.map { point in
            [
              kind.name, String(point.layers), NumberText.fixed(point.accuracy, 4),
              point.interval.map { "\(NumberText.fixed($0.lower, 4))–\(NumberText.fixed($0.upper, 4))" }
                ?? NumberText.missing,
              point.split ?? NumberText.missing,
            ]
          }
        }))
  }

  private var sensitivity: Figure? {
    guard !hasRandomWeights, let layers = results.sensitivity, !layers.isEmpty else { return nil }
    let removed = Set(results.removedLayers ?? [])
    // Ties by loss, as the choice of the layers breaks them.
    let ascending = layers.sorted {
      ($0.accuracyDrop, $0.lossIncrease ?? 0, $0.layer) < ($1.accuracyDrop, $1.lossIncrease ?? 0, $1.layer)
    }
    let chart = BarChart(
      bars: ascending.map { layer in
        .init(
          name: "Layer \(layer.layer)", value: 100 * layer.accuracyDrop,
          valueText: NumberText.signed(100 * layer.accuracyDrop, 2),
          colour: removed.contains(layer.layer) ? "s2" : "s1")
      },
      axisName: "Accuracy lost without the layer, points",
      legend: removed.isEmpty ? [] : [("removed", "s2"), ("kept", "s1")])
    let split = results.sensitivitySplit.map { "the \($0) split" } ?? "the selection split"
    return Figure(
      name: "sensitivity", title: "Sensitivity of the layers",
      summary: "Accuracy lost when one encoder layer alone is passed over, for \(layers.count) layers, ascending.",
      caption: "Each layer alone made the identity, judged on \(split). Layers are counted from 0.",
      chart: chart,
      table: DataTable(
        columns: [
          .text("Layer"), .number("Accuracy drop (points)"), .number("Loss increase (nats)"),
          .number("KL divergence (nats)"), .text("Fate"),
        ],
        rows: ascending.map { layer in
          [
            String(layer.layer), NumberText.points(layer.accuracyDrop),
            layer.lossIncrease.map { NumberText.signed($0, 4) } ?? NumberText.missing,
            layer.klDivergence.map(NumberText.nats) ?? NumberText.missing,
            removed.contains(layer.layer) ? "removed" : "kept",
          ]
        }))
  }

  // MARK: Speed

  /// One figure for each count of tokens that was timed at two batch sizes or more. Controls have the shape of another
  /// row, so their lines would only cover it: their times are in the table alone.
  private var latencyByBatch: [Figure] {
    let tokens = Set(ownRows.flatMap { $0.variant.latencyByBatch ?? [] }.map(\.tokens)).sorted()
    return tokens.compactMap { tokens in
      let timed = ownRows.compactMap { row -> (variant: VariantResult, series: LineChart.Series)? in
        let points = (row.variant.latencyByBatch ?? []).filter { $0.tokens == tokens }
        guard points.count > 1 else { return nil }
        return (
          row.variant,
          .init(name: row.variant.shownTitle, look: row.look, points: points.map { (x: Double($0.batch), y: $0.p50) })
        )
      }
      let series = timed.filter { $0.variant.role != .control }.map(\.series)
      guard !series.isEmpty else { return nil }
      let batches = Set(timed.flatMap { $0.series.points.map(\.x) }).sorted()
      return Figure(
        name: "latency-batch-\(tokens)", title: "Latency by batch, \(tokens) tokens",
        summary: "Median latency of a call over the sentences in it, for \(series.count) variants, at \(tokens) tokens "
          + "a sentence.",
        caption: "Median of a call" + (results.threads.map { ", \($0) thread\($0 == 1 ? "" : "s")" } ?? "")
          + "; the x axis is logarithmic to base 2"
          + (LineChart.isLogarithmic(series) ? ", the y axis too." : ".")
          + (timed.count > series.count ? " Controls are in the table alone: they have the shape of another row." : ""),
        chart: LineChart(series: series, xName: "Sentences a call", yName: "Median latency, ms"),
        table: DataTable(
          columns: [.text("Model, ms at")] + batches.map { .number("Batch \(NumberText.trimmed($0, 0))") },
          rows: timed.map { item in
            [item.series.name]
              + batches.map { batch in
                item.series.points.first { $0.x == batch }.map { NumberText.significant($0.y) } ?? NumberText.missing
              }
          }))
    }
  }
}
