package import Compute

/// One transformer layer: attention, then two linear layers, each added to its input and normalised.
///
/// - SeeAlso: Devlin et al., "BERT", 2018, arXiv:1810.04805.
struct EncoderLayer {
  let configuration: BertConfiguration
  let prefix: String

  /// - Parameter rows: which rows of the result are wanted; nil for all. A classifier reads nothing but the first token
  ///   of each sequence from its last layer, and what comes after the attention is done for those rows alone.
  /// - Returns: `[N, C]`, or `[rows.count, C]`.
  func callAsFunction(
    _ hidden: Variable, _ layout: SequenceLayout, rows: [Int]?, _ weights: ModelWeights, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let attention = SelfAttention(configuration: configuration, prefix: prefix + "attention.")
    var context = try attention(hidden, layout, weights, on: &tape)
    var residual = hidden
    if let rows {
      context = try tape.selectRows(context, rows)
      residual = try tape.selectRows(hidden, rows)
    }
    let projected = try linear(context, "attention.output.dense", weights, on: &tape)
    let attended = try residualBlock(
      projected, residual, "attention.output.", weights, on: &tape,
      dropout: configuration.family.dropsAttentionOutput ? configuration.hiddenDropoutProb : 0)
    let wide = try linear(attended, "intermediate.dense", weights, activation: configuration.activation, on: &tape)
    let narrow = try linear(wide, "output.dense", weights, on: &tape)
    return try residualBlock(
      narrow, attended, "output.", weights, on: &tape, dropout: configuration.hiddenDropoutProb)
  }

  private func linear(
    _ x: Variable, _ name: String, _ weights: ModelWeights, activation: Activation = .none, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let input = try tape.rounded(x, for: prefix + name, weights)
    return try tape.linear(input, prefix + name + ".", weights, activation: activation)
  }

  private func residualBlock(
    _ x: Variable, _ residual: Variable, _ name: String, _ weights: ModelWeights, on tape: inout Tape,
    dropout: Double
  ) throws(TensorError) -> Variable {
    let dropped = try tape.dropout(x, probability: dropout)
    return try tape.layerNorm(
      dropped, residual: residual, prefix + name + "LayerNorm.", weights, epsilon: configuration.layerNormEps)
  }
}

extension BertConfiguration {
  /// `hidden_act` as an operation.
  package var activation: Activation {
    switch hiddenAct {
    case .gelu: .gelu
    case .geluNew: .geluTanh
    case .relu: .relu
    }
  }
}
