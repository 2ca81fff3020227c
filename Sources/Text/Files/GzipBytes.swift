/// The content of a gzip file: one or more members, each with its check sum and length.
///
/// - SeeAlso: Deutsch, RFC 1952.
final class GzipBytes: ByteSource {
  private var bits: BitReader
  private var inflater: Inflater?
  private var checksum = CRC32()
  private var length: UInt32 = 0
  private var hasMember = false

  var path: String { bits.path }

  /// Nobody types compressed bytes, so nobody waits for what comes before the next of them.
  var isReady: Bool { true }

  init(_ source: any ByteSource) { bits = BitReader(source) }

  func next() throws(TextError) -> [UInt8] {
    while true {
      if inflater == nil {
        // Behind the first member there may be another one, or nothing.
        guard try begin() else { return [] }
      }
      if let piece = try inflater?.next(&bits) {
        checksum.update(piece)
        length &+= UInt32(truncatingIfNeeded: piece.count)
        if !piece.isEmpty { return piece }
      } else {
        try end()
      }
    }
  }

  /// Reads a member's head; false at the end of the file.
  private func begin() throws(TextError) -> Bool {
    guard let first = try bits.byteOrEnd() else {
      if !hasMember { throw bits.damaged("expected a head, found an empty file") }
      return false
    }
    guard first == 0x1F, try bits.byte() == 0x8B else {
      throw bits.damaged(hasMember ? "found bytes behind the end" : "expected the bytes 1f 8b of its head")
    }
    guard try bits.byte() == 8 else { throw bits.damaged("expected deflate, found another compression") }
    let flags = try bits.byte()
    guard flags & 0xE0 == 0 else { throw bits.damaged("expected no reserved flags") }
    for _ in 0..<6 { _ = try bits.byte() }  // time, hints, system
    if flags & 4 != 0 {
      let count = Int(try bits.byte()) | Int(try bits.byte()) << 8
      for _ in 0..<count { _ = try bits.byte() }
    }
    for flag in [UInt8(8), 16] where flags & flag != 0 {  // a name, a comment
      while try bits.byte() != 0 {}
    }
    if flags & 2 != 0 { for _ in 0..<2 { _ = try bits.byte() } }
    hasMember = true
    inflater = Inflater()
    checksum = CRC32()
    length = 0
    return true
  }

  private func end() throws(TextError) {
    inflater = nil
    bits.alignToByte()
    func number() throws(TextError) -> UInt32 {
      var value: UInt32 = 0
      for shift in stride(from: 0, to: 32, by: 8) { value |= UInt32(try bits.byte()) << UInt32(shift) }
      return value
    }
    guard try number() == checksum.value else { throw bits.damaged("the check sum differs") }
    guard try number() == length else { throw bits.damaged("the length differs") }
  }
}

/// The check sum of gzip: the CRC of 32 bits of ISO 3309, bits reflected.
struct CRC32 {
  private var state: UInt32 = 0xFFFF_FFFF
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }

  var value: UInt32 { ~state }

  mutating func update(_ bytes: [UInt8]) {
    var state = state
    let table = Self.table
    for byte in bytes { state = table[Int((state ^ UInt32(byte)) & 0xFF)] ^ (state >> 8) }
    self.state = state
  }
}
