extension ResultTables {
  /// Means and spreads over several seeds; nil where there was one, or the weights are random.
  var seeds: DataTable? {
    let rows = results.variants.filter { !$0.hasRandomWeights }.compactMap { variant in
      variant.overSeeds.map { (variant: variant, figures: $0) }
    }
    guard !rows.isEmpty else { return nil }
    let interval = words.meanInterval(results.confidenceText)
    return DataTable(
      columns: [
        .text(words.model), .number(words.seedCount), .number(words.accuracyMean), .number(words.accuracySD),
        .number(interval), .number(words.differenceMean), .number(words.differenceSD), .number(interval),
        .text(words.removedBySeed),
      ],
      rows: rows.map { variant, figures in
        let isBaseline = variant.role == .baseline
        func difference(_ text: (SeedFigures.Spread) -> String) -> String {
          isBaseline ? "—" : figures.difference.map(text) ?? NumberText.missing
        }
        return [
          variant.shownTitle, String(figures.accuracies.count), NumberText.fixed(figures.accuracy.mean, 4),
          NumberText.fixed(100 * figures.accuracy.standardDeviation, 2),
          "\(NumberText.fixed(figures.accuracy.interval.lower, 4))–\(NumberText.fixed(figures.accuracy.interval.upper, 4))",
          difference { NumberText.points($0.mean) },
          difference { NumberText.fixed(100 * $0.standardDeviation, 2) },
          difference { "[\(NumberText.points($0.interval.lower)), \(NumberText.points($0.interval.upper))]" },
          figures.removedLayers.map { $0.map(layers).joined(separator: words.groupSeparator) } ?? words.none,
        ]
      })
  }

  var seedNotes: [String] {
    words.seedNotes(
      seeds: (results.seeds ?? []).map(String.init).joined(separator: words.listSeparator),
      confidence: results.confidenceText)
  }
}
