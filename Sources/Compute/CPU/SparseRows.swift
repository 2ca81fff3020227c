/// A gradient `[rows, columns]` of a table of which few rows were read: those rows, and zeros elsewhere.
///
/// A batch reads a thousand rows of a vocabulary of thirty thousand. Dense, its gradient is half of MiniLM's, to be cleared,
/// squared and read in every step.
package final class SparseRows: TensorStorage, @unchecked Sendable {
  // Unchecked as TensorStorage says.

  /// Which rows are held: ascending, each once.
  let rows: [Int32]
  /// `[rows.count, columns]`.
  let values: FloatStorage
  let columns: Int

  /// Zeros.
  ///
  /// - Parameter rows: in any order, and more than once.
  init(rows: [Int32], columns: Int, pool: MemoryPool) {
    self.rows = Set(rows).sorted()
    self.columns = columns
    values = FloatStorage(count: self.rows.count * columns, pool: pool)
    values.clear()
    super.init()
  }

  /// All of the `count` rows.
  func dense(count: Int, pool: MemoryPool) -> FloatStorage {
    let all = FloatStorage(count: count * columns, pool: pool)
    all.clear()
    for (index, row) in rows.enumerated() {
      // Rows are below count, and `values` has columns of each.
      unsafe (all.start + Int(row) * columns).update(from: values.start + index * columns, count: columns)
    }
    return all
  }

  /// Where rows that are held stand in ``values``.
  func places(of rows: [Int32]) -> [Int32] { rows.map { Int32(index(from: Int($0))) } }

  /// Where the rows from `row` on begin in ``rows``.
  func index(from row: Int) -> Int {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(rows[middle]) < row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
