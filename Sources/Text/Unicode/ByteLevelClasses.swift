/// The classes of scalars by which byte-level tokenizers cut words: letters, numbers, white space and all others.
///
/// They are those of the reference's regular expressions, whose version of Unicode is neither that of its own BERT tables
/// nor that of Swift.
struct ByteLevelClasses: Sendable {
  enum Class {
    static let other: UInt8 = 0
    /// `\p{L}`
    static let letter: UInt8 = 1
    /// `\p{N}`
    static let number: UInt8 = 2
    /// `\s`
    static let space: UInt8 = 3
  }

  /// Built at first use, in about a millisecond.
  static let reference = ByteLevelClasses()

  private let table: ScalarTable
  private let ascii: [UInt8]

  private init() {
    let table = ScalarTable([
      (ByteLevelCharacterData.letters, Class.letter), (ByteLevelCharacterData.numbers, Class.number),
      (ByteLevelCharacterData.whitespace, Class.space),
    ])
    self.table = table
    ascii = (0..<128).map { table[$0] }
  }

  /// The class of the scalar at `position`, and its bytes.
  @inline(__always)
  func at(_ position: Int, in bytes: borrowing Span<UInt8>) -> (value: UInt8, length: Int) {
    let byte = bytes[position]
    if byte < 0x80 { return (ascii[Int(byte)], 1) }
    let (scalar, length) = decodedScalar(in: bytes, at: position)
    return (table[scalar], length)
  }
}
