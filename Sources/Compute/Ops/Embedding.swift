extension Tape {
  /// The sum of a word's, a position's and a segment's vector for each token.
  ///
  /// - Parameters:
  ///   - word: `[V, C]`; position: `[P, C]`; type: `[2, C]` in BERT.
  /// - Returns: `[N, C]`.
  /// - Throws: ``TensorError/indexOutOfRange(op:index:bound:)`` for an index without a row.
  /// - Complexity: O(N C), forward and backward: the words' gradient may hold the rows that were read alone.
  public mutating func embedding(
    _ tokens: TokenIndices, word: Variable, position: Variable, type: Variable
  ) throws(TensorError) -> Variable {
    try check(tokens, word: word, position: position, type: type)
    let y = try backend.embedding(tokens, word: word.tensor, position: position.tensor, type: type.tensor)
    return record(y, tokens, word: word, position: position, type: type)
  }

  /// A sum of looked up rows as a variable: its gradient is added up by the tables' rows.
  mutating func record(
    _ y: Tensor, _ tokens: TokenIndices, word: Variable, position: Variable, type: Variable
  ) -> Variable {
    let backend = backend
    return record(y, from: [word, position, type]) { (dy) throws(TensorError) in
      let gradients = try backend.embeddingVJP(
        dy, tokens, wordRows: word.shape.rows, positionRows: position.shape.rows, typeRows: type.shape.rows)
      return [gradients.word, gradients.position, gradients.type]
    }
  }
}

/// Throws unless the tables are of one width and have a row for each index.
func check(_ tokens: TokenIndices, word: Variable, position: Variable, type: Variable) throws(TensorError) {
  let tables = [("word", word, tokens.words), ("position", position, tokens.positions), ("type", type, tokens.types)]
  for (name, table, indices) in tables {
    try check("embedding, \(name)", table.shape, is: [table.shape.rows, word.shape.last])
    for index in indices where index < 0 || Int(index) >= table.shape.rows {
      throw .indexOutOfRange(op: "embedding, \(name)", index: Int(index), bound: table.shape.rows)
    }
  }
}
