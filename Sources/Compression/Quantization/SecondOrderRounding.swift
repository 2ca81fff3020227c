/// Rounds weights to four bits so that a layer's outputs change least, not its weights.
///
/// Columns are rounded one after the other; what a column's rounding does to the outputs is made up for, as far as that goes,
/// by the columns that are still to come (GPTQ: Frantar et al., 2022, arXiv 2210.17323). What is to be known of the inputs x
/// is the matrix of their second moments, the mean of x xᵀ.
package struct SecondOrderRounding {
  /// U, upper triangular, row-major, with UᵀU the inverse of the damped moments.
  private let factor: [Float]
  private let columns: Int
  /// Inputs that were always zero: their weights say nothing.
  private let silent: [Bool]

  /// - Parameters:
  ///   - moments: `[columns, columns]`, row-major, symmetric.
  ///   - damping: a share of the mean of the diagonal, which is added to the diagonal.
  /// - Throws: ``CompressionError/notPositiveDefinite(column:)`` for what can't be moments of inputs.
  /// - Complexity: O(columns³).
  package init(moments: [Float], columns: Int, damping: Float = 0.01) throws(CompressionError) {
    precondition(moments.count == columns * columns, "moments of \(columns) columns")
    self.columns = columns
    let diagonal = (0..<columns).map { moments[$0 * columns + $0] }
    silent = diagonal.map { $0 == 0 }
    let extra = damping * diagonal.reduce(0, +) / Float(max(1, columns))
    var matrix = moments
    for (index, value) in diagonal.enumerated() {
      matrix[index * columns + index] = value == 0 ? 1 : value + extra
    }
    try Self.factorize(&matrix, columns)
    factor = Self.inverse(ofUpper: matrix, columns)
  }

  /// Quantises rows `[rows, columns]`, row-major: steps from the row as it is, each group's choices when its turn comes.
  ///
  /// - Complexity: O(rows columns²).
  package func quantized(_ values: [Float], by quantizer: FourBitQuantizer) -> FourBitRows {
    var rows = FourBitRows(group: quantizer.group)
    for start in stride(from: 0, to: values.count, by: columns) {
      var row = Array(values[start..<start + columns])
      for column in 0..<columns where silent[column] { row[column] = 0 }
      let choices = round(&row, quantizer)
      rows.append(row[...], choices)
    }
    return rows
  }

  /// Rounds a row in place.
  private func round(_ row: inout [Float], _ quantizer: FourBitQuantizer) -> FourBitRow {
    var choices = FourBitRow(step: quantizer.choices(for: row[...]).step, groups: [])
    for start in stride(from: 0, to: columns, by: quantizer.group) {
      let group = quantizer.choice(for: row[start..<start + quantizer.group], step: choices.step).group
      choices.groups.append(group)
      for column in start..<start + quantizer.group {
        let value = group.weight(of: group.value(of: row[column], step: choices.step), step: choices.step)
        let error = (row[column] - value) / factor[column * columns + column]
        row[column] = value
        guard error != 0 else { continue }
        row.withUnsafeMutableBufferPointer { row in
          factor.withUnsafeBufferPointer { factor in
            for next in column + 1..<columns { row[next] -= error * factor[column * columns + next] }
          }
        }
      }
    }
    return choices
  }

  /// The upper triangle becomes M with M Mᵀ the matrix: Cholesky's method from the last column to the first.
  private static func factorize(_ matrix: inout [Float], _ n: Int) throws(CompressionError) {
    for j in stride(from: n - 1, through: 0, by: -1) {
      let pivot = matrix[j * n + j] - dot(matrix, j * n + j + 1, j * n + j + 1, n - j - 1)
      guard pivot > 0, pivot.isFinite else { throw .notPositiveDefinite(column: j) }
      let root = pivot.squareRoot()
      matrix[j * n + j] = root
      for i in 0..<j {
        matrix[i * n + j] = (matrix[i * n + j] - dot(matrix, i * n + j + 1, j * n + j + 1, n - j - 1)) / root
      }
    }
  }

  /// The inverse of an upper triangle: row i from the rows below it.
  private static func inverse(ofUpper matrix: [Float], _ n: Int) -> [Float] {
    var inverse = [Float](repeating: 0, count: n * n)
    inverse.withUnsafeMutableBufferPointer { inverse in
      for i in stride(from: n - 1, through: 0, by: -1) {
        let scale = 1 / matrix[i * n + i]
        for p in i + 1..<n {
          let factor = -matrix[i * n + p] * scale
          for j in p..<n { inverse[i * n + j] += factor * inverse[p * n + j] }
        }
        inverse[i * n + i] = scale
      }
    }
    return inverse
  }

  /// The sum of products of `count` elements from two places on, in sixteen partial sums.
  private static func dot(_ values: [Float], _ first: Int, _ second: Int, _ count: Int) -> Float {
    values.withUnsafeBufferPointer { values in
      var sums = SIMD16<Float>(repeating: 0)
      var index = 0
      while index + 16 <= count {
        var a = SIMD16<Float>(), b = SIMD16<Float>()
        for lane in 0..<16 {
          a[lane] = values[first + index + lane]
          b[lane] = values[second + index + lane]
        }
        sums += a * b
        index += 16
      }
      var sum = sums.sum()
      while index < count {
        sum += values[first + index] * values[second + index]
        index += 1
      }
      return sum
    }
  }
}
