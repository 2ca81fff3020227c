/// A prefix code of deflate, given by the lengths of its words.
///
/// - SeeAlso: RFC 1951, section 3.2.2.
struct HuffmanCode {
  private static let longest = 15

  /// For each value of the next bits, the symbol that begins there and the length of its word; 0 where none does.
  private let table: [(symbol: UInt16, length: UInt8)]
  private let width: Int

  /// Nil for lengths of more words than there can be. A code may have words that stand for nothing.
  init?(_ lengths: [UInt8]) {
    let width = max(1, Int(lengths.max() ?? 0))
    var counts = [Int](repeating: 0, count: Self.longest + 2)
    for length in lengths where length > 0 { counts[Int(length)] += 1 }
    var next = [Int](repeating: 0, count: Self.longest + 2)
    var code = 0
    for length in 1...Self.longest {
      next[length] = code
      code += counts[length]
      guard code <= 1 << length else { return nil }
      code <<= 1
    }
    var table = [(symbol: UInt16, length: UInt8)](repeating: (0, 0), count: 1 << width)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let word = Self.reversed(next[Int(length)], bits: Int(length))
      next[Int(length)] += 1
      for place in stride(from: word, to: 1 << width, by: 1 << Int(length)) {
        table[place] = (UInt16(symbol), length)
      }
    }
    self.table = table
    self.width = width
  }

  private init(fixed lengths: [UInt8]) { self = HuffmanCode(lengths) ?? HuffmanCode(empty: ()) }

  private init(empty: ()) {
    table = [(0, 0), (0, 0)]
    width = 1
  }

  /// Section 3.2.6.
  static let fixedLengths = HuffmanCode(
    fixed: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  static let fixedDistances = HuffmanCode(fixed: [UInt8](repeating: 5, count: 30))

  func symbol(_ bits: inout BitReader) throws(TextError) -> Int {
    let entry = table[try bits.peek(width)]
    guard entry.length > 0 else { throw bits.damaged("found a code that stands for nothing") }
    try bits.skip(Int(entry.length))
    return Int(entry.symbol)
  }

  private static func reversed(_ word: Int, bits: Int) -> Int {
    (0..<bits).reduce(0) { $0 | ((word >> $1) & 1) << (bits - 1 - $1) }
  }
}
