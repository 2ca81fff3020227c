public import Compute

/// Which numbers of a model in training are rounded as its quantised form will have them, and how.
///
/// The weights of all linear layers but the classifier, their inputs, and the three embedding tables. Biases, LayerNorm,
/// attention, activation functions and the classifier stay F32. The parameters themselves stay F32 too: each forward pass
/// rounds them anew, and gradients go straight through to them.
public struct FakeQuantization: Hashable, Sendable, Codable {
  public enum Weights: Hashable, Sendable, Codable {
    /// s8 with a step for each row, max |row| / 127: ``QuantizationGrid/rows``.
    case int8
    /// The same in half the range, max |row| / 64: ``QuantizationGrid/reducedRows``. Of linear layers, whose product gains
    /// by it.
    case reducedInt8
    /// -8...7 with a step for each group of consecutive inputs of an output, a whole multiple of the output's step:
    /// ``QuantizationGrid/groups(of:)``.
    case int4(groupSize: Int)

    public var grid: QuantizationGrid {
      switch self {
      case .int8: .rows
      case .reducedInt8: .reducedRows
      case .int4(let groupSize): .groups(of: groupSize)
      }
    }
  }

  public enum Activations: Hashable, Sendable, Codable {
    /// s8, each token by its own largest magnitude.
    case perToken
    /// s8 of one step a tensor, which is an average of what training batches showed; see ``ActivationRanges``.
    case perTensor(decay: Double)
  }

  public var weights: Weights
  public var activations: Activations
  /// Of the embedding tables, a row being a token; nil to leave them F32.
  public var embeddings: Weights?

  public init(weights: Weights, activations: Activations = .perToken, embeddings: Weights? = .int8) {
    self.weights = weights
    self.activations = activations
    self.embeddings = embeddings
  }

  /// Of the ranges of static activations; nil when there are none.
  public var rangeDecay: Double? {
    if case .perTensor(let decay) = activations { decay } else { nil }
  }

  /// The numbers that a parameter is rounded to, by its name in the checkpoint; nil if it stays F32.
  public func grid(ofParameter name: String) -> QuantizationGrid? {
    guard name.hasPrefix("bert."), name.hasSuffix(".weight"), !name.contains("LayerNorm") else { return nil }
    return name.hasPrefix("bert.embeddings.") ? embeddings?.grid : weights.grid
  }
}
