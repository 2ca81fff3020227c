/// A byte for each Unicode scalar: one indirection into blocks of 256 scalars, of which those that are alike are stored
/// once.
struct ScalarTable: Sendable {
  private var blockOf: [UInt16] = []
  private var blocks: [UInt8] = []

  /// - Parameter flat: a byte for each of the 0x110000 scalars.
  init(_ flat: [UInt8]) {
    var known: [ArraySlice<UInt8>: UInt16] = [:]
    for start in stride(from: 0, to: flat.count, by: 256) {
      let block = flat[start..<start + 256]
      let number = known[block] ?? UInt16(blocks.count >> 8)
      if known.updateValue(number, forKey: block) == nil { blocks += block }
      blockOf.append(number)
    }
  }

  /// - Parameter lists: of ranges of scalars, with the byte that they have; all others have 0.
  init(_ lists: [(ranges: StaticString, value: UInt8)]) {
    var flat = [UInt8](repeating: 0, count: 0x11_0000)
    for (ranges, value) in lists {
      var reader = CharacterDataReader(ranges)
      while !reader.isAtEnd {
        for scalar in reader.range() { flat[Int(scalar)] = value }
        reader.skip()
      }
    }
    self.init(flat)
  }

  /// - Parameter scalar: at most 0x10FFFF.
  @inline(__always)
  subscript(scalar: UInt32) -> UInt8 { blocks[Int(blockOf[Int(scalar >> 8)]) << 8 | Int(scalar & 255)] }
}
