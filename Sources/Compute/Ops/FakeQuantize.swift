extension Tape {
  /// Rounds values to the numbers that a quantised format has, and keeps them as floats.
  ///
  ///     y = q s,  q = clamp(round(x / s), lowest, limit)
  ///
  /// with the steps s of the grid. Rounding is to nearest, ties to even. Its derivative is zero almost everywhere; the VJP
  /// is straight through instead: the identity inside of the range, zero where a given step clipped a value. Steps that are
  /// taken from the values themselves follow these, and the gradient doesn't flow through them.
  ///
  /// - Parameters:
  ///   - x: `[rows, columns]`.
  ///   - grid: which numbers; see ``QuantizationGrid``.
  /// - Returns: of the shape of `x`. A row with an infinity or a NaN is NaN.
  /// - Throws: ``TensorError/gridOutOfRange(op:_:)`` for groups of less than one value, or a step that isn't positive.
  /// - Complexity: O(x.count): two reads and a write. Keeps x for a given step alone.
  /// - SeeAlso: Bengio, Léonard, Courville, 2013, arXiv:1308.3432, for the estimator; Jacob et al., "Quantization and
  ///   training of neural networks for efficient integer-arithmetic-only inference", CVPR 2018, arXiv:1712.05877.
  public mutating func fakeQuantize(_ x: Variable, _ grid: QuantizationGrid) throws(TensorError) -> Variable {
    try check(grid)
    let y = try backend.fakeQuantize(x.tensor, grid).output
    guard grid.givenStep != nil else { return record(y, from: [x]) { (dy) throws(TensorError) in [dy] } }
    let backend = backend
    return record(y, from: [x]) { (dy) throws(TensorError) in
      [try backend.fakeQuantizeVJP(dy, x: x.tensor, grid)]
    }
  }

  /// The sum of a word's, a position's and a segment's vector for each token, of tables that are rounded to `grid`.
  ///
  /// Only rows that are looked up are rounded. The VJP is straight through: that of the plain ``embedding``.
  ///
  /// - Parameter grid: with steps of rows or groups: a row's numbers don't depend on the others of its table.
  /// - Throws: as the plain one, and as ``fakeQuantize(_:_:)``.
  public mutating func embedding(
    _ tokens: TokenIndices, word: Variable, position: Variable, type: Variable, rounding grid: QuantizationGrid
  ) throws(TensorError) -> Variable {
    try check(grid)
    try check(tokens, word: word, position: position, type: type)
    let backend = backend
    func rows(_ table: Variable, _ indices: [Int32]) throws(TensorError) -> Tensor {
      try backend.fakeQuantize(try backend.selectRows(table.tensor, indices.map(Int.init)), grid).output
    }
    let own = (0..<Int32(tokens.words.count)).map { $0 }
    let y = try backend.embedding(
      try TokenIndices(words: own, positions: own, types: own), word: try rows(word, tokens.words),
      position: try rows(position, tokens.positions), type: try rows(type, tokens.types))
    return record(y, tokens, word: word, position: position, type: type)
  }
}

/// Throws unless values can be rounded to the grid.
private func check(_ grid: QuantizationGrid) throws(TensorError) {
  let isUsable =
    switch grid {
    case .tokens, .rows, .reducedRows: true
    case .groups(let size): size > 0
    case .step(let step): step > 0 && step.isFinite
    }
  guard isUsable else { throw .gridOutOfRange(op: "fakeQuantize", grid) }
}
