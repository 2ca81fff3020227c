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

  /// - Parameter margin: the loss of accuracy that one is ready to accept, as a share.
  public init(_ results: ShowdownResults, margin: Double = Verdict.standardMargin) {
    if results.variants.contains(where: { $0.hasRandomWeights }) {
      recommended = nil
      sentences = [
        "The weights of this run are random, so its accuracies mean nothing and are not shown; sizes, times and memory "
          + "are those of the real shapes.",
        Verdict.noise(results),
      ].filter { !$0.isEmpty }
      return
    }
    guard let baseline = results.baseline else {
      recommended = nil
      sentences = ["No row is marked as the baseline, so nothing is compared."]
      return
    }
    let candidates = results.variants.filter { variant in
      guard variant.role == .pruned || variant.role == .converted, let size = variant.sizeBytes,
        let baselineSize = baseline.sizeBytes
      else { return false }
      return size < baselineSize && variant.difference != nil && variant.differenceInterval != nil
    }
    let points = "\(NumberText.trimmed(100 * margin, 2)) point\(margin == 0.01 ? "" : "s")"
    let fit = candidates.filter { ($0.differenceInterval?.lower ?? -1) > -margin }
    // Smallest first; among equals the faster.
    let smallest = fit.min {
      ($0.sizeBytes ?? .max, $0.latency?.p50 ?? .infinity) < ($1.sizeBytes ?? .max, $1.latency?.p50 ?? .infinity)
    }
    if let smallest {
      recommended = smallest.name
      sentences = [
        "For an accuracy budget of \(points), ship \(smallest.shownTitle): it is the smallest variant shown to stay within "
          + "the budget against \(baseline.shownTitle) (\(Verdict.difference(smallest, results))).",
        Verdict.price(smallest, baseline, results), Verdict.noise(results),
      ].filter { !$0.isEmpty }
    } else if let closest = candidates.max(by: {
      ($0.differenceInterval?.lower ?? -1) < ($1.differenceInterval?.lower ?? -1)
    }) {
      recommended = nil
      var sentences = [
        "No smaller variant is shown to stay within the accuracy budget of \(points) against \(baseline.shownTitle); the "
          + "closest is "
          + "\(closest.shownTitle) (\(Verdict.difference(closest, results)))."
      ]
      if let interval = closest.differenceInterval, interval.upper >= 0 {
        sentences.append(
          "Its interval holds zero, so a loss is not shown either: \(Verdict.resolution(closest)) can't tell the two apart."
        )
      }
      sentences += [Verdict.price(closest, baseline, results), Verdict.noise(results)].filter { !$0.isEmpty }
      self.sentences = sentences
    } else {
      recommended = nil
      sentences = ["No smaller variant was compared with \(baseline.shownTitle) row by row, so none is recommended."]
    }
  }

  private static func difference(_ variant: VariantResult, _ results: ShowdownResults) -> String {
    guard let difference = variant.difference, let bounds = variant.differenceInterval else { return "" }
    return "difference \(NumberText.points(difference)) points, \(results.confidenceText) interval "
      + "\(NumberText.points(bounds.lower)) to \(NumberText.points(bounds.upper))"
  }

  /// "872 rows, where one row is 0.115 points,"
  private static func resolution(_ variant: VariantResult) -> String {
    guard let count = variant.count, count > 0 else { return "this many rows" }
    return "\(NumberText.grouped(count)) rows, of which one is \(NumberText.trimmed(100 / Double(count), 3)) points,"
  }

  /// Where the machine was too busy to compare times: the variant that shows it best.
  private static func noise(_ results: ShowdownResults) -> String {
    let spreads = results.variants.filter { $0.role != .reference }.compactMap { variant in
      variant.latency?.roundSpread.map { (variant: variant, spread: $0) }
    }
    guard let worst = spreads.max(by: { $0.spread < $1.spread }), worst.spread > trustedRoundSpread else { return "" }
    return "Times do not rank the variants here: the machine was busy, and the median latency of "
      + "\(worst.variant.shownTitle) differed \(NumberText.fixed(worst.spread, 1))-fold between rounds of the same calls."
  }

  private static func price(
    _ variant: VariantResult, _ baseline: VariantResult, _ results: ShowdownResults
  ) -> String {
    var parts: [String] = []
    func add(_ value: Double?, _ base: Double?, _ words: String) {
      guard let value, let base, base > 0 else { return }
      parts.append("\(NumberText.fixed(100 * value / base, 0)) % of its \(words)")
    }
    add(variant.sizeBytes.map(Double.init), baseline.sizeBytes.map(Double.init), "size")
    if noise(results).isEmpty { add(variant.latency?.p50, baseline.latency?.p50, "median latency") }
    add(variant.peakMemoryBytes.map(Double.init), baseline.peakMemoryBytes.map(Double.init), "peak memory")
    guard let last = parts.popLast() else { return "" }
    let list = parts.isEmpty ? last : parts.joined(separator: ", ") + " and " + last
    return "Against the baseline it takes \(list)."
  }
}
