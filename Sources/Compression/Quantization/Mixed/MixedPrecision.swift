public import Measurement

/// What was found and chosen by ``MixedQuantizer``.
///
/// All was measured on the sentences that it was chosen by. That flatters: of several choices the one was taken that lost
/// little there. What the model is worth, sentences say that had no part in it.
public struct MixedPrecision: Equatable, Sendable, Codable {
  /// A part, and how it is stored.
  public struct Unit: Equatable, Sendable, Codable {
    public let chosen: Precision
    public let sensitivity: UnitSensitivity

    public init(chosen: Precision, sensitivity: UnitSensitivity) {
      self.chosen = chosen
      self.sensitivity = sensitivity
    }

    /// What was measured of the choice.
    public var cost: UnitSensitivity.Option? { sensitivity.options.first { $0.precision == chosen } }
  }

  /// A whole model that was tried.
  public struct Trial: Equatable, Sendable, Codable {
    /// Steps from the fewest bits towards floats.
    public let steps: Int
    /// Of the weights that can be rounded.
    public let bytes: Int
    public let accuracyDrop: Double

    public init(steps: Int, bytes: Int, accuracyDrop: Double) {
      self.steps = steps
      self.bytes = bytes
      self.accuracyDrop = accuracyDrop
    }
  }

  /// What the budget is of, and all that is called accuracy here; nil for accuracy.
  public let metric: Metric?
  /// The budget.
  public let maxDrop: Double
  /// By which whole models were judged.
  public let sentences: Int
  /// By which single parts were.
  public let sensitivitySentences: Int
  public let floatAccuracy: Double
  public let floatLoss: Double
  /// Of what was written.
  public let accuracy: Double
  public let loss: Double
  /// ``floatAccuracy`` less ``accuracy``.
  public let accuracyDrop: Double
  /// In the order of the model.
  public let units: [Unit]
  /// In the order in which they were judged.
  public let trials: [Trial]

  /// Of the weights that can be rounded, as they were chosen.
  public var bytes: Int { units.reduce(0) { $0 + ($1.cost?.bytes ?? 0) } }

  /// The same in floats.
  public var floatBytes: Int { units.reduce(0) { $0 + ($1.sensitivity.options.last?.bytes ?? 0) } }

  /// How many parts are stored in some way.
  public func count(_ precision: Precision) -> Int { units.count { $0.chosen == precision } }
}
