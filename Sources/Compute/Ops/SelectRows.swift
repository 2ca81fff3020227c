extension Tape {
  /// Rows of x `[N, C]`, such as each sequence's first token: `[rows.count, C]`.
  ///
  /// - Throws: ``TensorError/indexOutOfRange(op:index:bound:)``.
  public mutating func selectRows(_ x: Variable, _ rows: [Int]) throws(TensorError) -> Variable {
    let rowCount = x.shape.rows
    for row in rows where !(0..<rowCount).contains(row) {
      throw .indexOutOfRange(op: "selectRows", index: row, bound: rowCount)
    }
    let backend = backend
    return record(try backend.selectRows(x.tensor, rows), from: [x]) { (dy) throws(TensorError) in
      [try backend.selectRowsVJP(dy, rows, rowCount: rowCount)]
    }
  }
}
