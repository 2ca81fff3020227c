#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// McNemar's exact test of two classifiers judged on the same rows.
///
/// Only rows where one is right and the other wrong carry information. If neither is better, the number of fixed rows
/// among them is binomial with probability 1/2:
///
///     pValue = min(1, 2 P(X <= min(fixed, broken))),  X ~ Binomial(fixed + broken, 1/2)
///
/// - SeeAlso: McNemar, "Note on the sampling error of the difference between correlated proportions", Psychometrika 12,
///   1947; the exact form: Dietterich, "Approximate statistical tests for comparing supervised classification learning
///   algorithms", Neural Computation 10, 1998, and `scipy.stats.binomtest(fixed, fixed + broken)`.
public struct McNemar: Equatable, Sendable {
  /// Rows that the baseline gets wrong and the variant right.
  public let fixed: Int
  /// Rows that the baseline gets right and the variant wrong.
  public let broken: Int

  public init(fixed: Int, broken: Int) {
    precondition(fixed >= 0 && broken >= 0, "fixed \(fixed), broken \(broken)")
    self.fixed = fixed
    self.broken = broken
  }

  /// - Parameters:
  ///   - baseline: whether the baseline is right, row by row.
  ///   - variant: the same of the variant, in the same order.
  /// - Throws: ``MeasurementError/countMismatch(what:expected:found:)``.
  public init(baseline: [Bool], variant: [Bool]) throws(MeasurementError) {
    guard baseline.count == variant.count else {
      throw .countMismatch(what: "McNemar's test", expected: baseline.count, found: variant.count)
    }
    var fixed = 0
    var broken = 0
    for (before, after) in zip(baseline, variant) where before != after {
      if after { fixed += 1 } else { broken += 1 }
    }
    self.init(fixed: fixed, broken: broken)
  }

  /// The exact two-sided p-value; 1 where the two never differ.
  ///
  /// The largest term of the tail is formed in logarithms and the smaller ones from it by their ratio, so that millions
  /// of discordant rows neither overflow nor lose the digits that are shown.
  ///
  /// - Complexity: O(sqrt(fixed + broken)) in practice, as the terms fall off.
  public var pValue: Double {
    let count = fixed + broken
    let least = min(fixed, broken)
    if count - 2 * least <= 1 { return 1 }  // the two tails meet
    let n = Double(count)
    let largest = logFactorial(count) - logFactorial(least) - logFactorial(count - least) - n * log(2.0)
    var ratio = 1.0  // P(X = k) / P(X = least)
    var sum = 1.0
    var k = least
    while k > 0 {
      ratio *= Double(k) / Double(count - k + 1)
      let next = sum + ratio
      if next == sum { break }
      sum = next
      k -= 1
    }
    return min(1, 2 * exp(largest + log(sum)))
  }

  private func logFactorial(_ n: Int) -> Double { lgamma(Double(n) + 1).0 }
}
