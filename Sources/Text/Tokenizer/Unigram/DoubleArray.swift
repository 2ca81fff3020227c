/// A tree over bytes as SentencePiece stores it: the double array of darts-clone.
///
/// Each index is checked, so that a damaged array finds nothing rather than something beyond its end.
///
/// - SeeAlso: github.com/s-yata/darts-clone, darts.h, `DoubleArrayUnit`.
struct DoubleArray: Sendable {
  private let units: [UInt32]

  init(_ units: [UInt32]) { self.units = units }

  /// The value of the shortest entry that `bytes[start..<end]` starts with.
  func shortest(in bytes: borrowing Span<UInt8>, from start: Int, to end: Int) -> Int? {
    guard !units.isEmpty else { return nil }
    var node = Self.offset(units[0])
    for position in start..<end {
      let byte = bytes[position]
      if byte == 0 { return nil }
      node ^= Int(byte)
      guard node < units.count else { return nil }
      let unit = units[node]
      guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
      node ^= Self.offset(unit)
      guard node < units.count else { return nil }
      if unit & 0x100 != 0 { return Int(units[node] & 0x7FFF_FFFF) }
    }
    return nil
  }

  @inline(__always)
  private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 0x200) >> 6) }
}
