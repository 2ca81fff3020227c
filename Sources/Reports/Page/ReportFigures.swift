/// The figures that the results allow, in the order of the page.
struct ReportFigures {
  /// In the language of `words`.
  let results: ShowdownResults
  let words: any Phrases
  private let looks: [SeriesLook]
  let radarRange: ClosedRange<Double>?

  /// - Parameter radarRange: the accuracies between which the radar draws differences; nil takes the study's, widened
  ///   where it must be.
  init(_ results: ShowdownResults, _ words: any Phrases, radarRange: ClosedRange<Double>? = nil) {
    self.results = results
    self.words = words
    self.looks = SeriesLook.looks(of: results.variants)
    self.radarRange = radarRange
  }

  var all: [Figure] {
    let accuracies = [difference, accuracyByLatency, accuracyBySize, accuracyByMemory, depth, sensitivity]
    return accuracies.compactMap { $0 } + latencyByBatch
      + [latencyByLength, radar(.amongShown), radar(.againstBaseline)].compactMap { $0 }
  }

  /// Rows of this run, that is none measured elsewhere.
  var ownRows: [(variant: VariantResult, look: SeriesLook)] {
    Array(zip(results.variants, looks)).filter { $0.0.role != .reference }
  }

  /// Then accuracies mean nothing, and neither do figures made from them.
  var hasRandomWeights: Bool { results.variants.contains { $0.hasRandomWeights } }
}
