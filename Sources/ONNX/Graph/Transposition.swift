/// Matrices as ONNX multiplies by them: `[inputs, outputs]`, where checkpoints have `[outputs, inputs]`.
enum Transposition {
  /// Rows that are read together, so that a line of the result is whole before it leaves the cache.
  private static let block = 64

  /// - Parameter columns: of `values`, row-major.
  static func transposed<Element>(_ values: [Element], columns: Int) -> [Element] {
    guard let first = values.first else { return [] }
    let rows = values.count / columns
    var result = [Element](repeating: first, count: values.count)
    for start in stride(from: 0, to: rows, by: block) {
      for column in 0..<columns {
        for row in start..<min(start + block, rows) { result[column * rows + row] = values[row * columns + column] }
      }
    }
    return result
  }

  /// Numbers below 16 from two a byte, the first in the low half.
  static func unpacked(_ bytes: RawSpan) -> [UInt8] {
    var values: [UInt8] = []
    values.reserveCapacity(2 * bytes.byteCount)
    bytes.withUnsafeBytes { for byte in $0 { values += [byte & 15, byte >> 4] } }
    return values
  }

  /// Numbers below 16 as two a byte, the first in the low half.
  static func packed(_ values: [UInt8]) -> [UInt8] {
    stride(from: 0, to: values.count, by: 2).map { index in
      values[index] | (index + 1 < values.count ? values[index + 1] << 4 : 0)
    }
  }
}
