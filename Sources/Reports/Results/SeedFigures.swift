/// One variant over several trainings that differ in the seed alone.
public struct SeedFigures: Equatable, Sendable, Codable {
  /// A figure over the seeds.
  public struct Spread: Equatable, Sendable, Codable {
    public var mean: Double
    /// Of the sample, with n - 1.
    public var standardDeviation: Double
    /// Student's t for the mean.
    public var interval: Bounds

    enum CodingKeys: String, CodingKey {
      case mean, interval
      case standardDeviation = "standard_deviation"
    }

    public init(mean: Double, standardDeviation: Double, interval: Bounds) {
      self.mean = mean
      self.standardDeviation = standardDeviation
      self.interval = interval
    }
  }

  /// On the reported split, in the order of the seeds.
  public var accuracies: [Double]
  public var accuracy: Spread
  /// Accuracy minus that of the baseline of the same seed; nil for the baseline itself.
  public var differences: [Double]?
  public var difference: Spread?
  /// In the order of the seeds; nil where none are removed.
  public var removedLayers: [[Int]]?

  enum CodingKeys: String, CodingKey {
    case accuracies, accuracy, differences, difference
    case removedLayers = "removed_layers"
  }

  public init(
    accuracies: [Double], accuracy: Spread, differences: [Double]? = nil, difference: Spread? = nil,
    removedLayers: [[Int]]? = nil
  ) {
    self.accuracies = accuracies
    self.accuracy = accuracy
    self.differences = differences
    self.difference = difference
    self.removedLayers = removedLayers
  }
}
