extension Tape {
  /// Scaled dot-product self-attention over ragged sequences, per head.
  ///
  ///     y = dropout(softmax(q kᵀ / sqrt(D))) v,  D = C / H
  ///
  /// A token attends to the tokens of its own sequence only; there is no padding and so no mask.
  ///
  /// - Parameters:
  ///   - query: `[M, C]`; key and value are `[N, C]`.
  ///   - layout: where the sequences lie in the N rows.
  ///   - queries: where the queries of each sequence, its first tokens, lie in the M rows; nil if all tokens ask.
  ///   - dropoutProbability: of attention probabilities, when the tape has a random stream.
  /// - Throws: ``TensorError/shapeMismatch(op:expected:found:)``.
  /// - Complexity: 4 Σ T² C operations, 4 Σ T C with one query a sequence; backward 2.5 times that. Keeps
  ///   q, k, v, y and one number a row and head; probabilities are remade in the VJP.
  /// - SeeAlso: Vaswani et al., 2017, arXiv:1706.03762, section 3.2; Dao et al., 2022, arXiv:2205.14135, for the
  ///   backward pass from the log-sum-exp.
  public mutating func attention(
    query: Variable, key: Variable, value: Variable, layout: SequenceLayout, queries: SequenceLayout? = nil,
    headCount: Int, dropoutProbability: Double
  ) throws(TensorError) -> Variable {
    let queries = queries ?? layout
    try check("attention, query", query.shape, is: [queries.tokenCount, query.shape.last])
    try check("attention, key", key.shape, is: [layout.tokenCount, query.shape.last])
    try check("attention, value", value.shape, is: key.shape)
    try queries.checkQueries(of: layout)
    guard headCount > 0, query.shape.last.isMultiple(of: headCount) else {
      throw .shapeMismatch(op: "attention, heads", expected: [headCount], found: [query.shape.last])
    }
    let stream = dropoutProbability > 0 ? random?.next(probability: dropoutProbability) : nil
    let output = try backend.attention(
      query: query.tensor, key: key.tensor, value: value.tensor, layout: layout, queries: queries,
      headCount: headCount, dropout: stream)
    let backend = backend
    return record(output.context, from: [query, key, value]) { (dy) throws(TensorError) in
      let gradients = try backend.attentionVJP(
        dy, query: query.tensor, key: key.tensor, value: value.tensor, output: output, layout: layout,
        queries: queries, headCount: headCount, dropout: stream)
      return [gradients.query, gradients.key, gradients.value]
    }
  }
}
