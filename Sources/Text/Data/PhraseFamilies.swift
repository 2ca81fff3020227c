/// Which rows of a data set are parts of which others: a treebank such as SST lists a sentence and the phrases in it.
///
/// A split that ignores this puts a sentence on one side and nine tenths of its words, with nearly its label, on the
/// other; what is measured there is memory. A family is a whole sentence, one that is no part of another row, with the
/// rows whose words stand in it one after the other. A phrase that also stands in a sentence of the other side stays there.
///
/// Of each text of at most 64 words a hash is kept, of the words themselves nothing.
struct PhraseFamilies: Sendable {
  /// Rows of more words are not looked for in others; it bounds the work for long documents.
  private static let longestPart = 64

  /// What is known of a text.
  private struct Facts: OptionSet {
    let rawValue: UInt8
    /// It is a part of another row.
    static let part = Facts(rawValue: 1)
    /// It is, or is a part of, a whole sentence that was drawn.
    static let held = Facts(rawValue: 2)
    /// The same of one that wasn't.
    static let kept = Facts(rawValue: 4)
  }

  private let isDrawn: @Sendable (String) -> Bool
  /// By the hash of a text; none of pairs, which have no families.
  private var facts: [UInt64: Facts] = [:]

  /// - Parameter isDrawn: which whole sentences are held out.
  /// - Complexity: O(words × 64) look-ups, twice.
  init(_ examples: ExampleSource, isDrawn: @escaping @Sendable (String) -> Bool) throws(TextError) {
    self.isDrawn = isDrawn
    var reader = try examples.reader()
    while let example = try reader.next() {
      guard example.pair == nil else {
        facts = [:]
        return
      }
      let words = Self.words(example.text)
      if words.count <= Self.longestPart { facts[Self.hash(words), default: []] = [] }
    }
    reader = try examples.reader()
    while let example = try reader.next() { mark(.part, inPartsOf: Self.words(example.text)) }
    reader = try examples.reader()
    while let example = try reader.next() {
      let words = Self.words(example.text), hash = Self.hash(words)
      let isShort = words.count <= Self.longestPart
      if isShort, facts[hash]?.contains(.part) == true { continue }
      let side: Facts = isDrawn(example.text) ? .held : .kept
      if isShort { facts[hash]?.insert(side) }
      mark(side, inPartsOf: words)
    }
  }

  /// Whether a text of the data set is held out.
  func isHeld(_ text: String) -> Bool {
    guard !facts.isEmpty else { return isDrawn(text) }
    let words = Self.words(text)
    guard words.count <= Self.longestPart, let known = facts[Self.hash(words)] else { return isDrawn(text) }
    return known.contains(.held) && !known.contains(.kept)
  }

  /// Says something of each text of fewer words whose words stand in these.
  private mutating func mark(_ fact: Facts, inPartsOf words: [UInt64]) {
    for first in words.indices {
      var phrase: UInt64 = 0
      for last in first..<min(words.count, first + Self.longestPart) {
        phrase = Self.appended(phrase, words[last])
        // Rows of the same text are copies, not parts.
        guard last - first + 1 < words.count, let place = facts.index(forKey: phrase) else { continue }
        facts.values[place].insert(fact)
      }
    }
  }

  private static func words(_ text: String) -> [UInt64] {
    text.utf8.split(separator: UInt8(ascii: " ")).map(hash)
  }

  /// Of a text. 64 bits: among 10^5 rows and 10^7 phrases a chance of 10^-7 that any two collide.
  private static func hash(_ words: [UInt64]) -> UInt64 { words.reduce(0, appended) }

  private static func hash(_ word: Substring.UTF8View.SubSequence) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return SplitMix64.finish(hash)
  }

  private static func appended(_ phrase: UInt64, _ word: UInt64) -> UInt64 { SplitMix64.finish(phrase &* 31 &+ word) }
}
