package import Compute

/// Rounds weights to four bits so that a layer's outputs change least, not its weights.
///
/// Columns are rounded one after the other; what a column's rounding does to the outputs is made up for, as far as that goes,
/// by the columns that are still to come (GPTQ: Frantar et al., 2022, arXiv 2210.17323). What is to be known of the inputs x
/// is the matrix of their second moments, the mean of x xᵀ. Those with the largest inputs come first, when most is left to
/// make up for them; so what numbers a group has is chosen before, from the weights as they are. Of MiniLM's divergence by
/// four bits with zero points, an order of columns as they stand leaves a quarter more.
package struct SecondOrderRounding {
  /// Columns, those of the largest inputs first.
  private let order: [Int]
  /// U, upper triangular, row-major, with UᵀU the inverse of the damped moments, both in ``order``.
  private let factor: [Float]
  private let columns: Int
  /// Inputs that were always zero: their weights say nothing.
  private let silent: [Bool]

  /// - Parameters:
  ///   - moments: `[columns, columns]`, row-major, symmetric.
  ///   - damping: a share of the mean of the diagonal, which is added to the diagonal.
  /// - Throws: ``CompressionError/notPositiveDefinite(column:)`` for what can't be moments of inputs.
  /// - Complexity: O(columns³), shared among `workers`.
  package init(
    moments: [Float], columns: Int, damping: Float = 0.01, workers: WorkerPool
  ) throws(CompressionError) {
    precondition(moments.count == columns * columns, "moments of \(columns) columns")
    self.columns = columns
    let diagonal = (0..<columns).map { moments[$0 * columns + $0] }
    silent = diagonal.map { $0 == 0 }
    let order = (0..<columns).sorted { (diagonal[$0], $1) > (diagonal[$1], $0) }
    self.order = order
    let extra = damping * diagonal.reduce(0, +) / Float(max(1, columns))
    var matrix: [Float] = []
    matrix.reserveCapacity(columns * columns)
    for (place, row) in order.enumerated() {
      for column in order { matrix.append(moments[row * columns + column]) }
      matrix[place * columns + place] = silent[row] ? 1 : diagonal[row] + extra
    }
    try Self.factorize(&matrix, columns, workers)
    factor = Self.inverse(ofUpper: matrix, columns, workers)
  }

  /// Quantises rows `[rows, columns]`, row-major.
  ///
  /// - Complexity: O(rows columns²), the rows shared among `workers`.
  package func quantized(_ values: [Float], by quantizer: FourBitQuantizer, workers: WorkerPool) -> FourBitRows {
    let (rounded, choices) = rounded(values, group: quantizer.group, workers, quantizer.choices)
    var result = FourBitRows(group: quantizer.group)
    for (index, row) in choices.enumerated() { result.append(rounded[index * columns..<(index + 1) * columns], row) }
    return result
  }

  /// The same to NF4.
  package func quantized(
    _ values: [Float], by quantizer: NormalFloatQuantizer, workers: WorkerPool
  ) -> NormalFloatRows {
    let (rounded, choices) = rounded(values, group: quantizer.group, workers, quantizer.choices)
    var result = NormalFloatRows(group: quantizer.group)
    for (index, row) in choices.enumerated() { result.append(rounded[index * columns..<(index + 1) * columns], row) }
    return result
  }

  /// - Parameter choose: what numbers a row has, from its weights as they are.
  private func rounded<Row: FourBitChoices>(
    _ values: [Float], group: Int, _ workers: WorkerPool, _ choose: @Sendable (ArraySlice<Float>) -> Row
  ) -> (values: [Float], choices: [Row]) {
    var rounded = values
    let count = values.count / columns
    var choices = [Row?](repeating: nil, count: count)
    rounded.withUnsafeMutableBufferPointer { rounded in
      choices.withUnsafeMutableBufferPointer { choices in
        // Each row, and its choices, are one task's own.
        workers.run(count) { row, _ in
          let part = UnsafeMutableBufferPointer(rebasing: rounded[row * columns..<(row + 1) * columns])
          for column in 0..<columns where silent[column] { part[column] = 0 }
          let chosen = choose(Array(part)[...])
          choices[row] = chosen
          round(part, group: group, chosen)
        }
      }
    }
    return (rounded, choices.compactMap { $0 })
  }

  /// Rounds a row in place.
  private func round(_ row: UnsafeMutableBufferPointer<Float>, group: Int, _ choices: some FourBitChoices) {
    var rest = order.map { row[$0] }
    rest.withUnsafeMutableBufferPointer { rest in
      for (place, column) in order.enumerated() {
        row[column] = choices.nearest(to: rest[place], group: column / group)
        let error = (rest[place] - row[column]) / factor[place * columns + place]
        if error != 0 { makeUp(error, for: place, rest) }
      }
    }
  }

  /// What the columns behind a place take over of its error.
  private func makeUp(_ error: Float, for place: Int, _ rest: UnsafeMutableBufferPointer<Float>) {
    factor.withUnsafeBufferPointer { factor in
      let share = SIMD8<Float>(repeating: error)
      var next = place + 1
      while next + 8 <= columns {
        let left = Self.eight(UnsafeBufferPointer(rest), next) - share * Self.eight(factor, place * columns + next)
        UnsafeMutableRawBufferPointer(rest).storeBytes(of: left, toByteOffset: 4 * next, as: SIMD8<Float>.self)
        next += 8
      }
      while next < columns {
        rest[next] -= error * factor[place * columns + next]
        next += 1
      }
    }
  }

  /// The upper triangle becomes M with M Mᵀ the matrix: Cholesky's method from the last column to the first.
  private static func factorize(
    _ matrix: inout [Float], _ n: Int, _ workers: WorkerPool
  ) throws(CompressionError) {
    for j in stride(from: n - 1, through: 0, by: -1) {
      let pivot =
        matrix[j * n + j] - matrix.withUnsafeBufferPointer { dot($0, j * n + j + 1, j * n + j + 1, n - j - 1) }
      guard pivot > 0, pivot.isFinite else { throw .notPositiveDefinite(column: j) }
      let root = pivot.squareRoot()
      matrix[j * n + j] = root
      // Rows of some microseconds' work a task; each element is one task's own, and those it reads are done.
      let rows = max(16, 65536 / (n - j))
      matrix.withUnsafeMutableBufferPointer { matrix in
        workers.run((j + rows - 1) / rows) { task, _ in
          for i in task * rows..<min(j, (task + 1) * rows) {
            let product = dot(UnsafeBufferPointer(matrix), i * n + j + 1, j * n + j + 1, n - j - 1)
            matrix[i * n + j] = (matrix[i * n + j] - product) / root
          }
        }
      }
    }
  }

  /// The inverse of an upper triangle: row i from the rows below it. Columns know nothing of each other, so each task has
  /// some of them, which its core's cache then holds.
  private static func inverse(ofUpper matrix: [Float], _ n: Int, _ workers: WorkerPool) -> [Float] {
    var inverse = [Float](repeating: 0, count: n * n)
    let width = 64
    inverse.withUnsafeMutableBufferPointer { inverse in
      matrix.withUnsafeBufferPointer { matrix in
        workers.run((n + width - 1) / width) { task, _ in
          let columns = task * width..<min(n, (task + 1) * width)
          for i in (0..<columns.upperBound).reversed() {
            let scale = 1 / matrix[i * n + i]
            for p in i + 1..<max(i + 1, columns.upperBound) {
              let factor = -matrix[i * n + p] * scale
              for j in max(p, columns.lowerBound)..<columns.upperBound {
                inverse[i * n + j] += factor * inverse[p * n + j]
              }
            }
            if columns.contains(i) { inverse[i * n + i] = scale }
          }
        }
      }
    }
    return inverse
  }

  /// The sum of products of `count` elements from two places on, in sixteen partial sums.
  private static func dot(_ values: UnsafeBufferPointer<Float>, _ first: Int, _ second: Int, _ count: Int) -> Float {
    var even = SIMD8<Float>(repeating: 0), odd = SIMD8<Float>(repeating: 0)
    var index = 0
    while index + 16 <= count {
      even += eight(values, first + index) * eight(values, second + index)
      odd += eight(values, first + index + 8) * eight(values, second + index + 8)
      index += 16
    }
    var sum = (even + odd).sum()
    while index < count {
      sum += values[first + index] * values[second + index]
      index += 1
    }
    return sum
  }

  /// Eight elements from a place on; there must be as many.
  private static func eight(_ values: UnsafeBufferPointer<Float>, _ place: Int) -> SIMD8<Float> {
    UnsafeRawBufferPointer(values).loadUnaligned(fromByteOffset: 4 * place, as: SIMD8<Float>.self)
  }
}
