/// The characters by which byte-level vocabularies spell bytes: a visible Latin letter or sign stands for its own code,
/// and U+0100, U+0101 and so on for the bytes that are none of those, in their order.
///
/// - SeeAlso: github.com/openai/gpt-2, encoder.py, `bytes_to_unicode`.
enum ByteAlphabet {
  /// The scalar of each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? " "
      }
    }
  }()

  /// The byte of each scalar from 0, nil for scalars that stand for none.
  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x180)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
    return bytes
  }()

  /// The bytes that a token stands for, nil if it isn't spelled in this alphabet.
  static func bytes(of token: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(token.count)
    let span = token.span
    var position = 0
    while position < span.count {
      let (scalar, length) = decodedScalar(in: span, at: position)
      guard scalar < bytes.count, let byte = bytes[Int(scalar)] else { return nil }
      result.append(byte)
      position += length
    }
    return result
  }
}
