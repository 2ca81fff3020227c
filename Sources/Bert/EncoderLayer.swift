internal import Compute

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
    _ hidden: Variable, _ layout: SequenceLayout, rows: [Int]?, _ parameters: ParameterStore, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let attention = SelfAttention(configuration: configuration, prefix: prefix + "attention.")
    var context = try attention(hidden, layout, parameters, on: &tape)
    var residual = hidden
    if let rows {
      context = try tape.selectRows(context, rows)
      residual = try tape.selectRows(hidden, rows)
    }
    let attended = try residualBlock(
      try tape.linear(context, prefix + "attention.output.dense.", parameters), residual, "attention.output.",
      parameters, on: &tape)
    let wide = try tape.linear(
      attended, prefix + "intermediate.dense.", parameters, activation: configuration.activation)
    return try residualBlock(
      try tape.linear(wide, prefix + "output.dense.", parameters), attended, "output.", parameters, on: &tape)
  }

  private func residualBlock(
    _ x: Variable, _ residual: Variable, _ name: String, _ parameters: ParameterStore, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let dropped = try tape.dropout(x, probability: configuration.hiddenDropoutProb)
    return try tape.layerNorm(
      dropped, residual: residual, prefix + name + "LayerNorm.", parameters, epsilon: configuration.layerNormEps)
  }
}

extension BertConfiguration {
  /// `hidden_act` as an operation.
  var activation: Activation {
    switch hiddenAct {
    case .gelu: .gelu
    case .geluNew: .geluTanh
    case .relu: .relu
    }
  }
}
