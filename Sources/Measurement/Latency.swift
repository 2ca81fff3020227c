/// The times of repeated single calls, summed up; all in seconds.
///
/// Quantiles are those of ``quantile(_:ofSorted:)``. What they can't tell: a quantile far out in the tail rests on few
/// calls (p99 of 100 calls is the slowest but one), and MLPerf asks for 24,576 queries for p90 and 270,336 for p99
/// before it calls them certain to 99 %. So `count` belongs beside them, and the median is the figure to compare.
///
/// - SeeAlso: MLPerf Inference Rules, "Scenarios" and "Early stopping criterion".
public struct LatencySummary: Equatable, Sendable, Codable {
  public var p50: Double
  public var p90: Double
  public var p99: Double
  public var mean: Double
  /// Of the sample, with n - 1; 0 for a single call.
  public var standardDeviation: Double
  public var count: Int

  enum CodingKeys: String, CodingKey {
    case p50, p90, p99, mean, count
    case standardDeviation = "standard_deviation"
  }

  /// - Parameter seconds: one time a call, in any order.
  /// - Throws: ``MeasurementError/noRows(what:)``, or ``MeasurementError/invalidValue(what:row:value:)`` for a time that
  ///   is negative or not finite.
  public init(seconds: [Double]) throws(MeasurementError) {
    guard !seconds.isEmpty else { throw .noRows(what: "latency") }
    if let row = seconds.firstIndex(where: { !($0.isFinite && $0 >= 0) }) {
      throw .invalidValue(what: "latency in seconds", row: row, value: seconds[row])
    }
    let sorted = seconds.sorted()
    let mean = sorted.reduce(0, +) / Double(sorted.count)
    let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.p50 = quantile(0.5, ofSorted: sorted)
    self.p90 = quantile(0.9, ofSorted: sorted)
    self.p99 = quantile(0.99, ofSorted: sorted)
    self.mean = mean
    self.standardDeviation = sorted.count > 1 ? (squares / Double(sorted.count - 1)).squareRoot() : 0
    self.count = sorted.count
  }
}
