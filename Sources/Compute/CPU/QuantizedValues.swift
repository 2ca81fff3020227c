/// Quantised rows of a mapped file: value (i, j) is the s8 at `i * columns + j` times the scale of row i.
public struct QuantizedValues: Sendable {
  public let bytes: MappedBytes
  /// One a row.
  public let scales: [Float]
  public let columns: Int

  public var rows: Int { scales.count }

  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` unless there are `scales.count * columns` bytes.
  public init(bytes: MappedBytes, scales: [Float], columns: Int) throws(TensorError) {
    guard columns > 0, bytes.count == scales.count * columns else {
      throw .countMismatch(op: "quantised values", expected: scales.count * columns, found: bytes.count)
    }
    self.bytes = bytes
    self.scales = scales
    self.columns = columns
  }

  /// The values times their scales, row-major.
  public func dequantized() -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(bytes.count)
    bytes.withBytes { bytes in
      for row in 0..<rows {
        let scale = scales[row]
        for offset in row * columns..<(row + 1) * columns {
          // One byte of any value: `init` has counted them.
          values.append(scale * Float(unsafe bytes.unsafeLoad(fromByteOffset: offset, as: Int8.self)))
        }
      }
    }
    return values
  }

  /// The values where they are mapped. Valid while this value lives.
  @unsafe var start: UnsafePointer<Int8>? { unsafe bytes.unsafeBytes.baseAddress?.assumingMemoryBound(to: Int8.self) }
}
