internal import Compute

/// Self-attention with its three projections: `[N, C]` to `[N, C]`, or to `[B, C]` where first tokens alone ask, before the
/// output projection.
struct SelfAttention {
  let configuration: BertConfiguration
  let prefix: String

  func callAsFunction(
    _ hidden: Variable, _ layout: SequenceLayout, ofFirstTokens: Bool, _ weights: ModelWeights, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let input = try tape.rounded(hidden, for: prefix + "self", weights)
    let asking = ofFirstTokens ? try tape.selectRows(input, layout.firstRows) : input
    let query = try tape.linear(asking, prefix + "self.query.", weights)
    let key = try tape.linear(input, prefix + "self.key.", weights)
    let value = try tape.linear(input, prefix + "self.value.", weights)
    return try tape.attention(
      query: query, key: key, value: value, layout: layout, queries: ofFirstTokens ? layout.firstTokens : nil,
      headCount: configuration.numAttentionHeads, dropoutProbability: configuration.attentionProbsDropoutProb)
  }
}
