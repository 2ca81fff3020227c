import Bert

extension BertGraph {
  /// Self-attention with its residual and LayerNorm, `[B, T, C]`.
  ///
  /// - Parameter prefix: of the layer's attention, with the final dot.
  mutating func attention(_ hidden: String, mask: String, _ prefix: String) throws(BertError) -> String {
    let path = Self.path(prefix + "self")
    let projections = try linears(hidden, ["query", "key", "value"].map { prefix + "self." + $0 })
    let context = graph.attention(
      projections, mask: mask, heads: configuration.numAttentionHeads, as: path + "/MultiHeadAttention")
    return try residualNorm(try linear(context, prefix + "output.dense"), hidden, prefix + "output")
  }
}
