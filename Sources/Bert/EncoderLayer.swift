package import Compute

/// One transformer layer: attention, then two linear layers, each added to its input and normalised.
///
/// - SeeAlso: Devlin et al., "BERT", 2018, arXiv:1810.04805.
struct EncoderLayer {
  let configuration: BertConfiguration
  let prefix: String

  /// - Parameter ofFirstTokens: whether the result is wanted for the first token of each sequence alone. A classifier reads
  ///   nothing else from its last layer, so all but keys and values is done for those rows only.
  /// - Returns: `[N, C]`, or `[B, C]`.
  func callAsFunction(
    _ hidden: Variable, _ layout: SequenceLayout, ofFirstTokens: Bool, _ weights: ModelWeights, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let attention = SelfAttention(configuration: configuration, prefix: prefix + "attention.")
    let context = try attention(hidden, layout, ofFirstTokens: ofFirstTokens, weights, on: &tape)
    let residual = ofFirstTokens ? try tape.selectRows(hidden, layout.firstRows) : hidden
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
