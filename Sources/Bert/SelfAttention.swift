internal import Compute

/// Self-attention with its three projections: `[N, C]` to `[N, C]`, before the output projection.
struct SelfAttention {
  let configuration: BertConfiguration
  let prefix: String

  func callAsFunction(
    _ hidden: Variable, _ layout: SequenceLayout, _ weights: ModelWeights, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let input = try tape.rounded(hidden, for: prefix + "self", weights)
    let query = try tape.linear(input, prefix + "self.query.", weights)
    let key = try tape.linear(input, prefix + "self.key.", weights)
    let value = try tape.linear(input, prefix + "self.value.", weights)
    return try tape.attention(
      query: query, key: key, value: value, layout: layout, headCount: configuration.numAttentionHeads,
      dropoutProbability: configuration.attentionProbsDropoutProb)
  }
}
