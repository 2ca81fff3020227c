import Bert

extension BertGraph {
  /// Self-attention with its residual and LayerNorm, `[B, T, C]`.
  ///
  ///     softmax(q kᵀ / sqrt(D) + mask) v
  ///
  /// - Parameter prefix: of the layer's attention, with the final dot.
  mutating func attention(_ hidden: String, mask: String, _ prefix: String) throws(BertError) -> String {
    let path = Self.path(prefix + "self")
    let projections = try linears(hidden, ["query", "key", "value"].map { prefix + "self." + $0 })
    let query = heads(projections[0], path + "/query", [0, 2, 1, 3])
    // Transposed for the product, as exporters fold it.
    let key = heads(projections[1], path + "/key", [0, 2, 3, 1])
    let value = heads(projections[2], path + "/value", [0, 2, 1, 3])
    let products = graph.node("MatMul", [query, key], as: path + "/MatMul")
    let root = graph.scalar(Float(configuration.headSize).squareRoot())
    let scores = graph.node("Div", [products, root], as: path + "/Div")
    let masked = graph.node("Add", [scores, mask], as: path + "/Add")
    let weights = graph.node("Softmax", [masked], as: path + "/Softmax", ["axis": .integer(-1)])
    let parts = graph.node("MatMul", [weights, value], as: path + "/MatMul_1")
    let side = graph.node("Transpose", [parts], as: path + "/Transpose", ["perm": .integers([0, 2, 1, 3])])
    let context = graph.node(
      "Reshape", [side, graph.vector([0, 0, Int64(configuration.hiddenSize)])], as: path + "/Reshape")
    return try residualNorm(try linear(context, prefix + "output.dense"), hidden, prefix + "output")
  }

  /// `[B, T, C]` as heads, `[B, T, H, D]`, in another order of axes.
  private mutating func heads(_ x: String, _ path: String, _ order: [Int]) -> String {
    let shape = graph.vector([0, 0, Int64(configuration.numAttentionHeads), Int64(configuration.headSize)])
    let split = graph.node("Reshape", [x, shape], as: path + "/Reshape")
    return graph.node("Transpose", [split], as: path + "/Transpose", ["perm": .integers(order)])
  }
}
