import Measurement
import Reports

extension ResultsAssembly {
  /// Each variant over all seeds: its accuracy, and what it differs by from the baseline of the same seed.
  func compareSeeds(_ rows: inout [VariantResult]) throws {
    guard !seeds.isEmpty, !isRandom else { return }
    let baselines = try rows.first.map(accuracies) ?? []
    for index in rows.indices {
      let accuracies = try accuracies(rows[index])
      var figures = SeedFigures(accuracies: accuracies, accuracy: try spread(accuracies))
      if rows[index].role != .baseline {
        let differences = zip(accuracies, baselines).map { $0 - $1 }
        figures.differences = differences
        figures.difference = try spread(differences)
      }
      figures.removedLayers = removedLayers(made.variants[index].variant)
      rows[index].overSeeds = figures
    }
  }

  /// Of the first seed, then of the others.
  private func accuracies(_ row: VariantResult) throws -> [Double] {
    try [row.score ?? row.accuracy ?? 0]
      + seeds.map { seed in
        guard let model = seed.models.first(where: { $0.name == row.name }), model.count > 0 else {
          throw PipelineError.missingSeed(seed: seed.seed, variant: row.name)
        }
        return model.score ?? Double(model.correct) / Double(model.count)
      }
  }

  private func removedLayers(_ variant: Variant) -> [[Int]]? {
    let base = variant.source ?? variant.name
    let all = [made.pruning.models[base]?.removed] + seeds.map { $0.removedLayers[base] }
    let known = all.compactMap { $0 }
    return known.count == all.count ? known : nil
  }

  private func spread(_ values: [Double]) throws -> SeedFigures.Spread {
    let found = try SampleMean(values, confidence: confidence)
    return SeedFigures.Spread(
      mean: found.mean, standardDeviation: found.standardDeviation, interval: Bounds(found.interval))
  }
}
