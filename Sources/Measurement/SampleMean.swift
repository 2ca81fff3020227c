/// The mean of a few figures that vary, such as the accuracies of trainings with unlike seeds, and how well it is known.
///
///     s = sqrt(sum (x - mean)^2 / (n - 1))
///     interval = mean ± t s / sqrt(n),   t of Student's distribution with n - 1 degrees of freedom
///
/// The interval holds the true mean with the given probability if the figures are independent and about normal; of two or
/// three it is wide, and rightly so.
public struct SampleMean: Equatable, Sendable {
  public let mean: Double
  /// Of the sample, with n - 1.
  public let standardDeviation: Double
  public let count: Int
  public let interval: Interval

  /// - Parameters:
  ///   - values: at least two.
  ///   - confidence: strictly between 0 and 1.
  /// - Throws: ``MeasurementError/tooFew(what:expected:found:)``, or ``MeasurementError/invalidValue(what:row:value:)`` for
  ///   what isn't finite.
  public init(_ values: [Double], confidence: Double = 0.95) throws(MeasurementError) {
    guard values.count > 1 else { throw .tooFew(what: "interval of a mean", expected: 2, found: values.count) }
    if let row = values.firstIndex(where: { !$0.isFinite }) {
      throw .invalidValue(what: "interval of a mean", row: row, value: values[row])
    }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(
      mean: mean, standardDeviation: (squares / Double(values.count - 1)).squareRoot(), count: values.count,
      confidence: confidence)
  }

  /// - Precondition: at least two figures.
  public init(mean: Double, standardDeviation: Double, count: Int, confidence: Double = 0.95) {
    precondition(count > 1, "\(count) figures")
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.count = count
    let t = StudentT.twoSidedQuantile(confidence: confidence, degreesOfFreedom: count - 1)
    let half = t * standardDeviation / Double(count).squareRoot()
    interval = Interval(lower: mean - half, upper: mean + half)
  }
}
