#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The standard normal distribution, mean 0 and variance 1.
public enum StandardNormal {
  /// The value exceeded in absolute terms with probability `1 - confidence`; 1.96 for 0.95.
  ///
  /// Solves `erfc(z / sqrt 2) = 1 - confidence` by bisection down to neighbouring doubles, which costs some microseconds
  /// and needs no table of coefficients.
  ///
  /// - Parameter confidence: strictly between 0 and 1.
  public static func twoSidedQuantile(confidence: Double) -> Double {
    precondition(confidence > 0 && confidence < 1, "confidence \(confidence) is not between 0 and 1")
    let tail = 1 - confidence
    var low = 0.0
    var high = 40.0  // erfc(40 / sqrt 2) underflows to 0
    while true {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { return high }
      if erfc(middle / 2.0.squareRoot()) > tail { low = middle } else { high = middle }
    }
  }
}
