/// Splits a data set by a hash of the text: the same text always falls on the same side, whatever the order of the rows.
public enum DataSplit {
  /// - Parameters:
  ///   - fractions: of the parts; what is left of one goes to the last part.
  ///   - seed: another one gives another split.
  /// - Returns: as many parts as fractions, each in the order of `examples`.
  /// - Precondition: there is at least one fraction.
  public static func split(_ examples: ExampleSource, fractions: [Double], seed: UInt64) -> [ExampleSource] {
    precondition(!fractions.isEmpty, "a split into no parts")
    var bounds = [0.0]
    for fraction in fractions.dropLast() { bounds.append(bounds[bounds.count - 1] + fraction) }
    bounds.append(.infinity)
    return zip(bounds, bounds.dropFirst()).map { lower, upper in
      examples.filter { example in
        let position = position(example.text, seed: seed)
        return lower <= position && position < upper
      }
    }
  }

  /// Holds sentences out of a training set, with all phrases that are parts of them alone.
  ///
  /// Of the whole sentences, those that are part of no other row, `fraction` are drawn by a hash of the text. Data
  /// without such phrases is split as by ``split(_:fractions:seed:)``; so are pairs, of which those with the same first text
  /// stay together.
  ///
  /// - Returns: both parts in the order of `examples`.
  /// - Throws: ``TextError`` as reading does: `examples` are gone through up to three times.
  public static func holdOut(
    _ fraction: Double, of examples: ExampleSource, seed: UInt64
  ) throws(TextError) -> (held: ExampleSource, rest: ExampleSource) {
    let isDrawn: @Sendable (String) -> Bool = { position($0, seed: seed) < fraction }
    let families = try PhraseFamilies(examples, isDrawn: isDrawn)
    return (examples.filter { families.isHeld($0.text) }, examples.filter { !families.isHeld($0.text) })
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
