#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Student's t distribution.
///
/// - SeeAlso: Student, "The probable error of a mean", Biometrika 6, 1908.
public enum StudentT {
  /// The probability of a value beyond `t` on either side.
  ///
  ///     P(|T| > t) = I(nu / (nu + t^2); nu / 2, 1 / 2)
  ///
  /// I being the regularised incomplete beta function.
  ///
  /// - Parameter degreesOfFreedom: nu, at least 1.
  /// - SeeAlso: Abramowitz, Stegun, "Handbook of Mathematical Functions", 1964, 26.7.1.
  public static func twoSidedTail(_ t: Double, degreesOfFreedom: Int) -> Double {
    precondition(degreesOfFreedom >= 1, "\(degreesOfFreedom) degrees of freedom")
    let nu = Double(degreesOfFreedom)
    return incompleteBeta(nu / (nu + t * t), nu / 2, 0.5)
  }

  /// The value exceeded in absolute terms with probability `1 - confidence`; 4.303 for 0.95 and 2 degrees of freedom.
  ///
  /// By bisection down to neighbouring doubles, as for ``StandardNormal``.
  ///
  /// - Parameter confidence: strictly between 0 and 1.
  public static func twoSidedQuantile(confidence: Double, degreesOfFreedom: Int) -> Double {
    precondition(confidence > 0 && confidence < 1, "confidence \(confidence) is not between 0 and 1")
    let tail = 1 - confidence
    var low = 0.0
    var high = 1.0
    while twoSidedTail(high, degreesOfFreedom: degreesOfFreedom) > tail, high < 1e300 { high *= 2 }
    while true {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { return high }
      if twoSidedTail(middle, degreesOfFreedom: degreesOfFreedom) > tail { low = middle } else { high = middle }
    }
  }

  /// I(x; a, b), by its continued fraction, of which the symmetry I(x; a, b) = 1 - I(1 - x; b, a) takes the side that
  /// converges fast.
  ///
  /// - SeeAlso: Press et al., "Numerical Recipes", third edition, 6.4; the fraction is evaluated by Lentz's method.
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)
    if x > (a + 1) / (a + b + 2) { return 1 - exp(logFront) * fraction(1 - x, b, a) / b }
    return exp(logFront) * fraction(x, a, b) / a
  }

  private static func logGamma(_ x: Double) -> Double { lgamma(x).0 }

  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let least = 1e-300
    func away(_ value: Double) -> Double { abs(value) < least ? least : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var value = d
    for step in 1...10_000 {
      let m = Double(step)
      for numerator in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 / away(1 + numerator * d)
        c = away(1 + numerator / c)
        value *= d * c
      }
      if abs(d * c - 1) < 1e-16 { break }
    }
    return value
  }
}
