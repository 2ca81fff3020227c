public import Bert
internal import Foundation
internal import Text
internal import Training

/// How the logits of a text become its scores, after the `problem_type` of the model.
public enum ScoreRule: String, Sendable {
  /// One label is right: `exp(z_i) / Σ exp(z_j)`.
  case softmax
  /// Each label is right or not by itself: `1 / (1 + exp(-z_i))`.
  case sigmoid
  /// Regression: the logit is the number.
  case value

  /// That of what the classifier says; see `targetKind`.
  public init(_ configuration: BertConfiguration) {
    switch configuration.targetKind {
    case .regression: self = .value
    case .singleLabel: self = .softmax
    case .multiLabel: self = .sigmoid
    }
  }

  /// - Parameter logits: of one text, finite.
  public func scores(_ logits: some Collection<Float>) -> [Double] {
    let logits = logits.map(Double.init)
    switch self {
    case .value: return logits
    case .sigmoid: return logits.map { 1 / (1 + exp(-$0)) }
    case .softmax:
      let largest = logits.max() ?? 0
      let exponentials = logits.map { exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      return exponentials.map { $0 / sum }
    }
  }
}
