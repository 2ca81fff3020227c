import enum Measurement.Metric

/// What the numbers allow one to say, and no more.
///
/// A variant is fit to ship when the whole interval of its paired difference from the baseline lies above `-margin`
/// (non-inferiority). Of those the smallest is named. A difference that is "not significant" alone is never taken for
/// equality. Controls and rows measured elsewhere are never named. Where rounds of the same calls took unlike times, times are
/// left out and the reader is warned.
public struct Verdict: Equatable, Sendable {
  /// One percentage point.
  public static let standardMargin = 0.01

  /// By how much the medians of two rounds of one variant may differ before times are distrusted.
  public static let trustedRoundSpread = 1.25

  public let sentences: [String]
  /// The name of the variant to ship, where one is shown to be fit.
  public let recommended: String?

  /// - Parameter margin: the loss, in what the models are judged by, that one is ready to accept, as a share.
  public init(_ results: ShowdownResults, margin: Double = Verdict.standardMargin, language: Language = .english) {
    let words = language.phrases(results.measure)
    self.init(worded: results.worded(words), margin: margin, words)
  }

  /// - Parameter results: in the language of `words`.
  init(worded results: ShowdownResults, margin: Double, _ words: any Phrases) {
    if results.variants.contains(where: { $0.hasRandomWeights }) {
      recommended = nil
      sentences = [words.verdictOnRandomWeights] + [Verdict.noise(results, words)].compactMap { $0 }
      return
    }
    guard let baseline = results.baseline else {
      recommended = nil
      sentences = [words.verdictWithoutBaseline]
      return
    }
    let candidates = results.variants.filter { variant in
      guard variant.role == .pruned || variant.role == .converted, let size = variant.sizeBytes,
        let baselineSize = baseline.sizeBytes
      else { return false }
      return size < baselineSize && variant.difference != nil && variant.differenceInterval != nil
    }
    let budget = words.points(NumberText.trimmed(100 * margin, 2))
    let fit = candidates.filter { ($0.differenceInterval?.lower ?? -1) > -margin }
    // Smallest first; among equals the faster.
    let smallest = fit.min {
      ($0.sizeBytes ?? .max, $0.latency?.p50 ?? .infinity) < ($1.sizeBytes ?? .max, $1.latency?.p50 ?? .infinity)
    }
    let closest = candidates.max { ($0.differenceInterval?.lower ?? -1) < ($1.differenceInterval?.lower ?? -1) }
    guard let named = smallest ?? closest else {
      recommended = nil
      sentences = [words.nothingCompared(baseline: baseline.shownTitle)]
      return
    }
    recommended = smallest?.name
    let difference = Verdict.difference(named, results, words)
    var sentences: [String]
    if smallest != nil {
      sentences = [
        words.ship(named.shownTitle, budget: budget, baseline: baseline.shownTitle, difference: difference)
      ]
    } else {
      sentences = [
        words.nothingFits(
          budget: budget, baseline: baseline.shownTitle, closest: named.shownTitle, difference: difference)
      ]
      if let interval = named.differenceInterval, interval.upper >= 0 {
        sentences.append(words.lossNotShown(rows: results.measure == .accuracy ? Verdict.rows(named) : nil))
      }
    }
    sentences += [Verdict.price(named, baseline, results, words), Verdict.noise(results, words)].compactMap { $0 }
    self.sentences = sentences
  }

  private static func difference(
    _ variant: VariantResult, _ results: ShowdownResults, _ words: some VerdictWords
  ) -> String {
    guard let difference = variant.difference, let bounds = variant.differenceInterval else { return "" }
    return words.differenceWords(
      NumberText.points(difference), confidence: results.confidenceText, lower: NumberText.points(bounds.lower),
      upper: NumberText.points(bounds.upper))
  }

  private static func rows(_ variant: VariantResult) -> (count: String, points: String)? {
    guard let count = variant.count, count > 0 else { return nil }
    return (NumberText.grouped(count), NumberText.trimmed(100 / Double(count), 3))
  }

  /// Where the machine was too busy to compare times: the variant that shows it best.
  private static func noise(_ results: ShowdownResults, _ words: some VerdictWords) -> String? {
    let spreads = results.variants.filter { $0.role != .reference }.compactMap { variant in
      variant.latency?.roundSpread.map { (variant: variant, spread: $0) }
    }
    guard let worst = spreads.max(by: { $0.spread < $1.spread }), worst.spread > trustedRoundSpread else { return nil }
    return words.timesDoNotRank(model: worst.variant.shownTitle, fold: NumberText.fixed(worst.spread, 1))
  }

  private static func price(
    _ variant: VariantResult, _ baseline: VariantResult, _ results: ShowdownResults, _ words: some VerdictWords
  ) -> String? {
    func share(_ value: Double?, _ base: Double?) -> String? {
      guard let value, let base, base > 0 else { return nil }
      return NumberText.fixed(100 * value / base, 0)
    }
    let size = share(variant.sizeBytes.map(Double.init), baseline.sizeBytes.map(Double.init))
    let latency = noise(results, words) == nil ? share(variant.latency?.p50, baseline.latency?.p50) : nil
    let memory = share(variant.peakMemoryBytes.map(Double.init), baseline.peakMemoryBytes.map(Double.init))
    guard size != nil || latency != nil || memory != nil else { return nil }
    return words.price(size: size, latency: latency, memory: memory)
  }
}
