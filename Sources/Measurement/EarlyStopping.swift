#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// MLPerf's early-stopping estimate of a quantile of latency: an observed latency that lies above the true quantile with
/// the confidence asked for, however few calls there were.
///
/// Of n calls, so many lie above the true p-quantile: X, binomial with n trials and probability 1 - p. The t-th largest
/// latency is the estimate, where t is the largest number, at least 1, with
///
///     P(X <= t) < 1 - confidence
///
/// So it lies above the plain quantile, by less the more calls there are: with 64 calls, the fewest for p90, it is the
/// largest; with 1000 the 78th largest of the 100 above the plain one.
///
/// - SeeAlso: MLPerf Inference Rules, "Early stopping criterion"; LoadGen, `early_stopping.cc` and the single stream
///   scenario of `results.cc`, with a tolerance of 0.
public struct EarlyStopping: Equatable, Sendable {
  public var probability: Double
  public var confidence: Double

  /// - Parameters:
  ///   - probability: of the quantile, strictly between 0 and 1.
  ///   - confidence: strictly between 0 and 1; MLPerf takes 0.99.
  public init(probability: Double = 0.9, confidence: Double = 0.99) {
    precondition(probability > 0 && probability < 1, "probability \(probability) is not between 0 and 1")
    precondition(confidence > 0 && confidence < 1, "confidence \(confidence) is not between 0 and 1")
    self.probability = probability
    self.confidence = confidence
  }

  /// Which of the largest of `count` latencies the estimate is, 1 for the largest; nil where there are too few.
  ///
  /// - Complexity: O(the rank). Terms are summed by their logarithms: the first ones of many calls are below what Double
  ///   holds.
  public func rank(count: Int) -> Int? {
    guard count > 0 else { return nil }
    let odds = log((1 - probability) / probability)
    var logarithm = Double(count) * log(probability)
    var sum = exp(logarithm)
    var rank = 0
    while rank < count {
      logarithm += log(Double(count - rank) / Double(rank + 1)) + odds
      sum += exp(logarithm)
      guard sum < 1 - confidence else { break }
      rank += 1
    }
    return rank > 0 ? rank : nil
  }

  /// The fewest calls that give an estimate: 64 for p90, 662 for p99.
  public var leastCount: Int {
    var count = 1
    while rank(count: count) == nil { count += 1 }
    return count
  }

  /// - Parameter seconds: one time a call, in any order.
  /// - Returns: nil where there are fewer than ``leastCount``.
  public func estimate(of seconds: [Double]) -> Double? {
    guard let rank = rank(count: seconds.count) else { return nil }
    return seconds.sorted()[seconds.count - rank]
  }
}
