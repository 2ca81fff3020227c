import Bert
import Compute

extension Checkpoint {
  /// A weight of whole bytes, or one of NF4 as the bytes that it is multiplied in.
  ///
  /// - Throws: ``BertError/unknownTensor(path:tensor:)`` if it is stored otherwise.
  func byteRows(_ name: String) throws(BertError) -> QuantizedMatrix {
    if let groups = try normalFloatGroups(name) { return groups.rows() }
    guard let rows = try quantizedRows(name) else { throw .unknownTensor(path: path, tensor: name) }
    let values = rows.bytes.withBytes { bytes in bytes.withUnsafeBytes { $0.map { Int8(bitPattern: $0) } } }
    return QuantizedMatrix(rows: rows.rows, columns: rows.columns, values: values, steps: rows.scales)
  }

  /// A weight as floats, whatever it is stored in.
  func widened(_ name: String) throws(BertError) -> [Float] {
    if let rows = try quantizedRows(name) { return rows.dequantized() }
    if let groups = try fourBitGroups(name) { return groups.dequantized() }
    if let groups = try normalFloatGroups(name) { return groups.dequantized() }
    return try floats(name)
  }
}
