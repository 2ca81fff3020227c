/// The offset of the first byte of the first sequence in `bytes` that is no UTF-8, nil if all of it is.
///
/// - SeeAlso: The Unicode Standard, table 3-7.
package func firstInvalidUTF8(_ bytes: borrowing Span<UInt8>) -> Int? {
  var position = 0
  let count = bytes.count
  func isContinuation(_ bytes: borrowing Span<UInt8>, _ offset: Int, _ low: UInt8 = 0x80, _ high: UInt8 = 0xBF) -> Bool
  {
    offset < count && bytes[offset] >= low && bytes[offset] <= high
  }
  while position < count {
    let byte = bytes[position]
    if byte < 0x80 {
      position += 1
      continue
    }
    let length: Int
    let second: (low: UInt8, high: UInt8)
    switch byte {
    case 0xC2...0xDF: (length, second) = (2, (0x80, 0xBF))
    case 0xE0: (length, second) = (3, (0xA0, 0xBF))
    case 0xED: (length, second) = (3, (0x80, 0x9F))
    case 0xE1...0xEF: (length, second) = (3, (0x80, 0xBF))
    case 0xF0: (length, second) = (4, (0x90, 0xBF))
    case 0xF1...0xF3: (length, second) = (4, (0x80, 0xBF))
    case 0xF4: (length, second) = (4, (0x80, 0x8F))
    default: return position
    }
    guard isContinuation(bytes, position + 1, second.low, second.high) else { return position }
    for offset in 2..<max(length, 2) where !isContinuation(bytes, position + offset) { return position }
    position += length
  }
  return nil
}
