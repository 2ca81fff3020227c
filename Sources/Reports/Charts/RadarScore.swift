/// The study's map of a figure to a score in [alpha, 1], larger is better.
///
///     cost:      alpha + (1 - alpha) (max X - x) / (max X - min X)     X: the cost of all variants shown
///     accuracy:  alpha + (1 - alpha) (x - lower) / (upper - lower)     clipped to the range
///
/// Costs are ranked among the variants shown, so a score changes with who else is shown: it orders the variants of one
/// figure and means nothing outside of it. Where all costs are equal each scores 1.
public struct RadarScore: Equatable, Sendable {
  /// The accuracies between which the study draws differences.
  public static let studyAccuracyRange = 0.90...0.94

  public var alpha: Double
  public var accuracyRange: ClosedRange<Double>

  public init(alpha: Double = 0.1, accuracyRange: ClosedRange<Double> = RadarScore.studyAccuracyRange) {
    precondition(alpha >= 0 && alpha < 1, "alpha \(alpha) is not in 0..<1")
    precondition(accuracyRange.upperBound > accuracyRange.lowerBound, "\(accuracyRange) has no width")
    self.alpha = alpha
    self.accuracyRange = accuracyRange
  }

  /// The score of a size, time or memory among those of all variants shown.
  public func cost(_ value: Double, among shown: [Double]) -> Double {
    guard let least = shown.min(), let largest = shown.max(), largest > least else { return 1 }
    return alpha + (1 - alpha) * (largest - min(max(value, least), largest)) / (largest - least)
  }

  public func accuracy(_ value: Double) -> Double {
    let clipped = min(max(value, accuracyRange.lowerBound), accuracyRange.upperBound)
    let width = accuracyRange.upperBound - accuracyRange.lowerBound
    return alpha + (1 - alpha) * (clipped - accuracyRange.lowerBound) / width
  }

  /// The study's range where it holds all accuracies; else that range widened to the next multiples of 0.02 that do.
  package static func accuracyRange(holding accuracies: [Double]) -> ClosedRange<Double> {
    let study = studyAccuracyRange
    guard let found = Scale.range(of: accuracies) else { return study }
    let lower = found.lowerBound < study.lowerBound ? (found.lowerBound * 50).rounded(.down) / 50 : study.lowerBound
    let upper = found.upperBound > study.upperBound ? (found.upperBound * 50).rounded(.up) / 50 : study.upperBound
    return lower...upper
  }
}
