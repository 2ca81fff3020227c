/// What the model loses when one encoder layer alone is the identity.
public struct LayerSensitivity: Equatable, Sendable, Codable {
  /// Counted from 0.
  public var layer: Int
  /// `accuracy - ablated accuracy`; below 0 where the model gains.
  public var accuracyDrop: Double
  /// In nats.
  public var lossIncrease: Double?
  /// Mean divergence of the ablated model's distribution from the full model's, in nats.
  public var klDivergence: Double?

  enum CodingKeys: String, CodingKey {
    case layer
    case accuracyDrop = "accuracy_drop"
    case lossIncrease = "loss_increase"
    case klDivergence = "kl_divergence"
  }

  public init(layer: Int, accuracyDrop: Double, lossIncrease: Double? = nil, klDivergence: Double? = nil) {
    self.layer = layer
    self.accuracyDrop = accuracyDrop
    self.lossIncrease = lossIncrease
    self.klDivergence = klDivergence
  }
}

/// One point of accuracy by depth.
public struct DepthPoint: Equatable, Sendable, Codable {
  public enum Kind: String, Sendable, Codable, CaseIterable {
    case baseline
    case unprunedLonger = "unpruned-longer"
    case prunedBefore = "pruned-before"
    case prunedAfter = "pruned-after"
    case controlTop = "control-top"
    case controlRandom = "control-random"
  }

  /// Encoder layers left.
  public var layers: Int
  public var accuracy: Double
  public var kind: Kind
  public var interval: Bounds?
  /// The split that the accuracy was measured on.
  public var split: String?

  public init(layers: Int, accuracy: Double, kind: Kind, interval: Bounds? = nil, split: String? = nil) {
    self.layers = layers
    self.accuracy = accuracy
    self.kind = kind
    self.interval = interval
    self.split = split
  }
}
