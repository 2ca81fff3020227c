/// The paired randomisation test of two models judged on the same rows by any metric.
///
/// If neither is better, who said what in a row is as good as drawn: the answers of each row are swapped or not by a coin,
/// and the difference that comes of it is as likely as the one that was found.
///
///     pValue = (1 + #{ |difference of a swap| >= |difference found| }) / (1 + swaps)
///
/// - SeeAlso: Noreen, "Computer-intensive methods for testing hypotheses", 1989; Yeh, "More accurate tests for the
///   statistical significance of result differences", COLING 2000.
public struct PairedRandomization: Equatable, Sendable {
  public var seed: UInt64
  public var swaps: Int

  /// - Parameter swaps: at least 1; the least p-value is 1 / (1 + swaps).
  public init(seed: UInt64 = 42, swaps: Int = 10_000) {
    precondition(swaps > 0, "\(swaps) swaps")
    self.seed = seed
    self.swaps = swaps
  }

  /// The two-sided p-value of a difference.
  ///
  /// - Throws: as ``Metric/value(of:)``, or where the two answer unlike rows.
  public func pValue(of metric: Metric, baseline: Answers, variant: Answers) throws(MeasurementError) -> Double {
    let found = try metric.value(of: variant) - metric.value(of: baseline)
    guard baseline.count == variant.count, baseline.hasSameTruth(as: variant) else {
      throw .countMismatch(what: "paired randomisation", expected: baseline.count, found: variant.count)
    }
    // Rounding must not tell a swap apart from its mirror image.
    let least = found.magnitude - 1e-12
    var random = SplitMix64(seed: seed)
    var asLarge = 0
    for _ in 0..<swaps {
      let isSwapped = (0..<baseline.count).map { _ in random.next() & 1 == 1 }
      let (a, b) = (baseline.swapping(isSwapped, with: variant), variant.swapping(isSwapped, with: baseline))
      if (try metric.value(of: b) - metric.value(of: a)).magnitude >= least { asLarge += 1 }
    }
    return Double(1 + asLarge) / Double(1 + swaps)
  }
}

extension Answers {
  /// With what `other` said in some rows.
  fileprivate func swapping(_ isSwapped: [Bool], with other: Answers) -> Answers {
    func mixed<T>(_ mine: [T], _ theirs: [T], _ width: Int) -> [T] {
      mine.indices.map { isSwapped[$0 / width] ? theirs[$0] : mine[$0] }
    }
    switch (self, other) {
    case (.classes(let actual, let mine, let count), .classes(_, let theirs, _)):
      return .classes(actual: actual, predicted: mixed(mine, theirs, 1), count: count)
    case (.numbers(let actual, let mine), .numbers(_, let theirs)):
      return .numbers(actual: actual, predicted: mixed(mine, theirs, 1))
    case (.classSets(let actual, let mine, let count), .classSets(_, let theirs, _)):
      return .classSets(actual: actual, predicted: mixed(mine, theirs, count), count: count)
    default: return self
    }
  }
}
