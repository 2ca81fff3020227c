internal import Compute

/// Self-attention with its three projections: `[N, C]` to `[N, C]`, before the output projection.
struct SelfAttention {
  let configuration: BertConfiguration
  let prefix: String

  func callAsFunction(
    _ hidden: Variable, _ layout: SequenceLayout, _ parameters: ParameterStore, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let query = try tape.linear(hidden, prefix + "self.query.", parameters)
    let key = try tape.linear(hidden, prefix + "self.key.", parameters)
    let value = try tape.linear(hidden, prefix + "self.value.", parameters)
    return try tape.attention(
      query: query, key: key, value: value, layout: layout, headCount: configuration.numAttentionHeads,
      dropoutProbability: configuration.attentionProbsDropoutProb)
  }
}
