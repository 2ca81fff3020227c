/// Where short grapheme clusters end, as the reference's normaliser of SentencePiece models sees them.
///
/// That normaliser looks at clusters of less than six bytes as a whole, and at longer ones scalar by scalar. Hence the
/// rules of Unicode that only join to clusters of six bytes and more (Hangul syllables, pairs of regional indicators,
/// sequences of emoji, Indic conjuncts) are left out: no scalar that could follow in such a cluster begins an entry of the
/// tables that there are.
///
/// - SeeAlso: Unicode Standard Annex 29, section 3.
struct GraphemeClusters: Sendable {
  private enum Class {
    static let other: UInt8 = 0
    static let control: UInt8 = 1
    /// Joins to what stands before it: Extend, SpacingMark and ZWJ.
    static let extending: UInt8 = 2
    /// Joins to what follows.
    static let prepended: UInt8 = 3
  }

  /// Built at first use, in about a millisecond.
  static let reference = GraphemeClusters()

  private let table: ScalarTable

  private init() {
    table = ScalarTable([
      (GraphemeData.controls, Class.control), (GraphemeData.extending, Class.extending),
      (GraphemeData.prepended, Class.prepended),
    ])
  }

  /// The end of the cluster that starts at `start`.
  func end(from start: Int, in bytes: borrowing Span<UInt8>) -> Int {
    var (scalar, length) = decodedScalar(in: bytes, at: start)
    var position = start + length
    if scalar == 13, position < bytes.count, bytes[position] == 10 { return position + 1 }
    var current = table[scalar]
    if current == Class.control { return position }
    while position < bytes.count {
      (scalar, length) = decodedScalar(in: bytes, at: position)
      let next = table[scalar]
      guard next == Class.extending || current == Class.prepended && next != Class.control else { break }
      current = next
      position += length
    }
    return position
  }
}
