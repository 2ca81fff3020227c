extension Interval {
  /// The Wilson score interval of a proportion.
  ///
  ///     p = successes / count
  ///     centre = (p + z^2 / 2n) / (1 + z^2 / n)
  ///     half = z / (1 + z^2 / n) * sqrt(p (1 - p) / n + z^2 / 4n^2)
  ///
  /// Unlike the normal approximation it stays inside of [0, 1] and keeps close to its nominal coverage near 0 and 1.
  /// It speaks of one proportion; two models judged on the same rows are compared by ``McNemar``.
  ///
  /// - Parameters:
  ///   - successes: in `0...count`.
  ///   - count: rows; with none the interval is [0, 1], for nothing is known.
  ///   - confidence: strictly between 0 and 1.
  /// - SeeAlso: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927;
  ///   Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, method 3.
  public static func wilson(successes: Int, count: Int, confidence: Double = 0.95) -> Interval {
    precondition(successes >= 0 && successes <= count, "\(successes) successes of \(count)")
    guard count > 0 else { return Interval(lower: 0, upper: 1) }
    let z = StandardNormal.twoSidedQuantile(confidence: confidence)
    let n = Double(count)
    let p = Double(successes) / n
    let scale = 1 / (1 + z * z / n)
    let centre = (p + z * z / (2 * n)) * scale
    let half = z * scale * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    // At the ends the bound is exact; rounding must not move it.
    return Interval(
      lower: successes == 0 ? 0 : max(0, centre - half),
      upper: successes == count ? 1 : min(1, centre + half))
  }
}
