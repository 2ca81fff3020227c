/// Splits a data set by a hash of the text: the same text always falls on the same side, whatever the order of the rows.
public enum DataSplit {
  /// - Parameters:
  ///   - fractions: of the parts; what is left of one goes to the last part.
  ///   - seed: another one gives another split.
  /// - Returns: as many parts as fractions, each in the order of `sentences`.
  /// - Precondition: there is at least one fraction.
  public static func split(
    _ sentences: [LabelledSentence], fractions: [Double], seed: UInt64
  ) -> [[LabelledSentence]] {
    precondition(!fractions.isEmpty, "a split into no parts")
    var bounds: [Double] = []
    for fraction in fractions.dropLast() { bounds.append((bounds.last ?? 0) + fraction) }
    var parts = [[LabelledSentence]](repeating: [], count: fractions.count)
    for sentence in sentences {
      let position = position(sentence.text, seed: seed)
      parts[bounds.firstIndex { position < $0 } ?? bounds.count].append(sentence)
    }
    return parts
  }

  /// Holds sentences out of a training set, with all phrases that are parts of them alone.
  ///
  /// Of the whole sentences, those that are part of no other row, `fraction` are drawn by a hash of the text. Data
  /// without such phrases is split as by ``split(_:fractions:seed:)``; so are pairs, of which those with the same first text
  /// stay together.
  ///
  /// - Returns: both parts in the order of `sentences`.
  public static func holdOut(
    _ fraction: Double, of sentences: [LabelledSentence], seed: UInt64
  ) -> (held: [LabelledSentence], rest: [LabelledSentence]) {
    func isDrawn(_ row: Int) -> Bool { position(sentences[row].text, seed: seed) < fraction }
    let isHeld =
      sentences.contains { $0.pair != nil }
      ? sentences.indices.map(isDrawn) : PhraseFamilies(sentences.map(\.text)).rows(where: isDrawn)
    return (
      zip(sentences, isHeld).filter(\.1).map(\.0),
      zip(sentences, isHeld).filter { !$0.1 }.map(\.0)
    )
  }

  /// At most `count` of the sentences, chosen by a hash of the text, in their order.
  ///
  /// A prefix would not do: files are sorted by class more often than not.
  public static func sample(_ sentences: [LabelledSentence], count: Int, seed: UInt64) -> [LabelledSentence] {
    guard count < sentences.count else { return sentences }
    // Another stream than that of the split, whose parts are intervals of the hash.
    let keys = sentences.map { sentence in
      hash(sentence.pair.map { sentence.text + "\t" + $0 } ?? sentence.text, seed: ~seed)
    }
    return sentences.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.prefix(count).sorted().map { sentences[$0] }
  }

  /// Where in 0 ..< 1 a text falls.
  private static func position(_ text: String, seed: UInt64) -> Double {
    Double(hash(text, seed: seed) >> 11) * 0x1p-53
  }

  /// FNV-1a of 64 bits over the UTF-8, then SplitMix64's finish so that all bits depend on all bytes.
  ///
  /// - SeeAlso: Fowler, Noll, Vo, RFC 9923; Steele, Lea, Flood, 2014.
  static func hash(_ text: String, seed: UInt64) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return SplitMix64.finish(hash)
  }
}
