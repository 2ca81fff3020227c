extension Tape {
  /// Scaled dot-product self-attention over ragged sequences, per head.
  ///
  ///     y = dropout(softmax(q kᵀ / sqrt(D))) v,  D = C / H
  ///
  /// A token attends to the tokens of its own sequence only; there is no padding and so no mask.
  ///
  /// - Parameters:
  ///   - query: `[N, C]`, as are key and value.
  ///   - layout: where the sequences lie in the N rows.
  ///   - dropoutProbability: of attention probabilities, when the tape has a random stream.
  /// - Throws: ``TensorError/shapeMismatch(op:expected:found:)``.
  /// - Complexity: 4 Σ T² C operations, backward 2.5 times that. Keeps q, k, v, y and one number a row and head;
  ///   probabilities are remade in the VJP.
  /// - SeeAlso: Vaswani et al., 2017, arXiv:1706.03762, section 3.2; Dao et al., 2022, arXiv:2205.14135, for the
  ///   backward pass from the log-sum-exp.
  public mutating func attention(
    query: Variable, key: Variable, value: Variable, layout: SequenceLayout, headCount: Int,
    dropoutProbability: Double
  ) throws(TensorError) -> Variable {
    try check("attention, query", query.shape, is: [layout.tokenCount, query.shape.last])
    try check("attention, key", key.shape, is: query.shape)
    try check("attention, value", value.shape, is: query.shape)
    guard headCount > 0, query.shape.last.isMultiple(of: headCount) else {
      throw .shapeMismatch(op: "attention, heads", expected: [headCount], found: [query.shape.last])
    }
    let stream = dropoutProbability > 0 ? random?.next(probability: dropoutProbability) : nil
    let output = try backend.attention(
      query: query.tensor, key: key.tensor, value: value.tensor, layout: layout, headCount: headCount,
      dropout: stream)
    let backend = backend
    return record(output.context, from: [query, key, value]) { (dy) throws(TensorError) in
      let gradients = try backend.attentionVJP(
        dy, query: query.tensor, key: key.tensor, value: value.tensor, output: output, layout: layout,
        headCount: headCount, dropout: stream)
      return [gradients.query, gradients.key, gradients.value]
    }
  }
}
