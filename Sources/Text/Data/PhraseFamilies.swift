/// Which rows of a data set are parts of which others: a treebank such as SST lists a sentence and the phrases in it.
///
/// A split that ignores this puts a sentence on one side and nine tenths of its words, with nearly its label, on the
/// other; what is measured there is memory. A family is a whole sentence, one that is no part of another row, with the
/// rows whose words stand in it one after the other.
struct PhraseFamilies {
  /// Rows of more words are not looked for in others; it bounds the work for long documents.
  private static let longestPart = 64

  /// For each row, the rows of fewer words that are parts of it.
  private let parts: [[Int]]
  /// Whether a row is a part of no other.
  private let isWhole: [Bool]

  /// - Complexity: O(words × 64) look-ups.
  init(_ texts: [String]) {
    let words = texts.map { text in text.utf8.split(separator: UInt8(ascii: " ")).map(Self.hash) }
    var rows: [UInt64: [Int]] = [:]
    for (row, words) in words.enumerated() where words.count <= Self.longestPart {
      rows[words.reduce(0, Self.appended), default: []].append(row)
    }
    var parts = [[Int]](repeating: [], count: texts.count)
    var isWhole = [Bool](repeating: true, count: texts.count)
    for (row, words) in words.enumerated() {
      var found: Set<Int> = []
      for first in words.indices {
        var phrase: UInt64 = 0
        for last in first..<min(words.count, first + Self.longestPart) {
          phrase = Self.appended(phrase, words[last])
          // Rows of the same text are copies, not parts.
          guard last - first + 1 < words.count, let equal = rows[phrase] else { continue }
          found.formUnion(equal)
        }
      }
      for part in found { isWhole[part] = false }
      parts[row] = found.sorted()
    }
    self.parts = parts
    self.isWhole = isWhole
  }

  /// The rows whose families are all among those of the whole sentences that `isHeld` names.
  ///
  /// A phrase that also stands in a sentence of the other side stays there.
  func rows(where isHeld: (Int) -> Bool) -> [Bool] {
    var held = [Bool](repeating: false, count: parts.count)
    var kept = held
    for row in parts.indices where isWhole[row] {
      if isHeld(row) {
        held[row] = true
        for part in parts[row] { held[part] = true }
      } else {
        kept[row] = true
        for part in parts[row] { kept[part] = true }
      }
    }
    return held.indices.map { held[$0] && !kept[$0] }
  }

  /// Of a word. 64 bits: among 10^5 rows and 10^7 phrases a chance of 10^-7 that any two collide.
  private static func hash(_ word: Substring.UTF8View.SubSequence) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return SplitMix64.finish(hash)
  }

  private static func appended(_ phrase: UInt64, _ word: UInt64) -> UInt64 { SplitMix64.finish(phrase &* 31 &+ word) }
}
