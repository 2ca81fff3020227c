import Reports

extension MadeUpResults {
  /// Results as the pipeline writes them: its names, titles, notes and purposes, and something of all that it knows.
  static func standard(seeds: [Int]? = [42, 7, 8]) -> ShowdownResults {
    var results = withQuantizationTraining()
    results.variants += withMixedFormats().variants.suffix(1)
    let names = [
      ("baseline", "Baseline"), ("baseline-fp16", "Baseline, FP16"), ("pruned", "Pruned"),
      ("pruned-fp16", "Pruned, FP16"), ("unpruned-longer", "Unpruned, trained longer"),
      ("pruned-top", "Top layers removed"), ("pruned-random", "Random layers removed"),
      ("baseline-int8-qat", "Baseline, INT8 QAT"), ("baseline-mixed", "Baseline, mixed"),
    ]
    for (index, name) in names.enumerated() { (results.variants[index].name, results.variants[index].title) = name }
    results.titles = ["zh": "虚构的对决"]
    results.disagreements?.variants = names.map(\.0)
    for index in results.disagreements?.rows.indices ?? 0..<0 {
      results.disagreements?.rows[index].predictions += [1, 1]
      results.disagreements?.rows[index].sentence = nil
    }
    results.dataset?.name = "sst2"
    results.dataset?.description = FixedText.sst2.text
    results.dataset?.licence = FixedText.noLicence.text
    results.splits = [
      SplitUse(name: "train", rows: 60_000, purpose: FixedText.forTraining.text),
      SplitUse(name: "selection", rows: 2_000, purpose: FixedText.forChoosingLayersAndFormats.text),
      SplitUse(name: "dev", rows: 872, purpose: FixedText.forReporting.text),
    ]
    results.latencySubject = LatencySubject(sentences: 200, split: "dev", medianTokens: 24, processes: 5).text
    let notes: [StandardNote] = [
      .cut(sentences: 4000), .taughtByBaseline, .trainedToBeRounded(schemes: ["INT8 QAT", "INT4 QAT"], epochs: 1),
      .sameReviewsAsSST,
    ]
    results.notes = notes.map(\.text)
    results.seeds = seeds
    if let seeds { overSeeds(&results, seeds) }
    return results
  }

  /// The same as of BERT base, which the study has numbers for.
  static func ofBase() -> ShowdownResults {
    var results = standard(seeds: nil)
    for index in results.variants.indices {
      let isPruned = results.variants[index].removedLayers != nil
      results.variants[index].layers = isPruned ? 8 : 12
      results.variants[index].parameterCount = isPruned ? 81_130_000 : 109_483_778
    }
    results.model = "bert-base-uncased"
    results.sensitivity = (0..<12).map { LayerSensitivity(layer: $0, accuracyDrop: 0.001 * Double($0)) }
    return results
  }

  private static func overSeeds(_ results: inout ShowdownResults, _ seeds: [Int]) {
    for index in results.variants.indices {
      let accuracy = results.variants[index].accuracy ?? 0
      let spread = SeedFigures.Spread(
        mean: accuracy - 0.001, standardDeviation: 0.0044, interval: Bounds(accuracy - 0.012, accuracy + 0.01))
      var figures = SeedFigures(accuracies: seeds.indices.map { accuracy - 0.001 * Double($0) }, accuracy: spread)
      if index > 0 {
        figures.differences = seeds.indices.map { 0.002 - 0.001 * Double($0) }
        figures.difference = SeedFigures.Spread(
          mean: 0.001, standardDeviation: 0.001, interval: Bounds(-0.0015, 0.0035))
      }
      if results.variants[index].removedLayers != nil { figures.removedLayers = seeds.map { [1, $0 % 4 + 2] } }
      results.variants[index].overSeeds = figures
    }
  }
}
