/// What the tokenizer needs to know of each Unicode scalar, as the reference knows it.
///
/// The reference's categories are about those of Unicode 8, so Swift's own would give other ids for newer characters.
/// It takes about 60 kB.
struct CharacterTable: Sendable {
  struct Properties: OptionSet, Sendable {
    let rawValue: UInt8
    static let removed = Properties(rawValue: 1)
    static let whitespace = Properties(rawValue: 2)
    static let punctuation = Properties(rawValue: 4)
    static let ideograph = Properties(rawValue: 8)
    static let mark = Properties(rawValue: 16)
    static let combining = Properties(rawValue: 32)
    static let decomposes = Properties(rawValue: 64)
    static let hasLowerCase = Properties(rawValue: 128)
  }

  /// Built at first use, in about a millisecond.
  static let reference = CharacterTable()

  private let table: ScalarTable
  private var combiningClasses: [UInt32: UInt8] = [:]
  private var decompositions: [UInt32: [UInt32]] = [:]
  private var lowerCase: [UInt32: [UInt32]] = [:]

  func properties(_ scalar: UInt32) -> Properties {
    Properties(rawValue: table[scalar])
  }

  /// Canonical combining class; 0 for a starter.
  func combiningClass(_ scalar: UInt32) -> UInt8 { combiningClasses[scalar] ?? 0 }

  /// The scalar's own full lower-case mapping, without context: nil where that is the scalar itself.
  func lowerCase(_ scalar: UInt32) -> [UInt32]? { lowerCase[scalar] }

  /// Full canonical decomposition (NFD), nil where that is the scalar itself.
  ///
  /// - SeeAlso: The Unicode Standard, section 3.12, for Hangul syllables.
  func decomposition(_ scalar: UInt32) -> [UInt32]? {
    guard scalar < 0xAC00 || scalar > 0xD7A3 else {
      let index = scalar - 0xAC00
      let leading = 0x1100 + index / 588
      let vowel = 0x1161 + index % 588 / 28
      return index % 28 == 0 ? [leading, vowel] : [leading, vowel, 0x11A7 + index % 28]
    }
    return decompositions[scalar]
  }

  private init() {
    var flat = [UInt8](repeating: 0, count: 0x11_0000)
    func mark(_ scalars: ClosedRange<UInt32>, _ properties: Properties) {
      for scalar in scalars { flat[Int(scalar)] |= properties.rawValue }
    }
    for (data, properties) in [
      (CharacterData.removed, Properties.removed), (CharacterData.whitespace, .whitespace),
      (CharacterData.punctuation, .punctuation), (CharacterData.ideographs, .ideograph), (CharacterData.marks, .mark),
    ] {
      var reader = CharacterDataReader(data)
      while !reader.isAtEnd {
        mark(reader.range(), properties)
        reader.skip()
      }
    }

    var reader = CharacterDataReader(CharacterData.combiningClasses)
    while !reader.isAtEnd {
      let combiningClass = UInt8(truncatingIfNeeded: reader.number(radix: 10))
      repeat {
        reader.skip()
        for scalar in reader.range() {
          combiningClasses[scalar] = combiningClass
          mark(scalar...scalar, .combining)
        }
      } while reader.next == UInt8(ascii: ",")
      reader.skip()
    }

    decompositions = Self.sequences(CharacterData.decompositions)
    for scalar in decompositions.keys { mark(scalar...scalar, .decomposes) }
    mark(0xAC00...0xD7A3, .decomposes)

    lowerCase = Self.sequences(CharacterData.lowerCaseSequences)
    reader = CharacterDataReader(CharacterData.lowerCaseRuns)
    while !reader.isAtEnd {
      let scalars = reader.range()
      var stride: UInt32 = 1
      if reader.next == UInt8(ascii: "/") {
        reader.skip()
        stride = reader.number()
      }
      reader.skip()
      let isNegative = reader.next == UInt8(ascii: "-")
      if isNegative { reader.skip() }
      let difference = reader.number()
      for scalar in Swift.stride(from: scalars.lowerBound, through: scalars.upperBound, by: Int(stride)) {
        lowerCase[scalar] = [isNegative ? scalar &- difference : scalar &+ difference]
      }
      reader.skip()
    }
    for scalar in lowerCase.keys { mark(scalar...scalar, .hasLowerCase) }

    table = ScalarTable(flat)
  }

  private static func sequences(_ data: StaticString) -> [UInt32: [UInt32]] {
    var result: [UInt32: [UInt32]] = [:]
    var reader = CharacterDataReader(data)
    while !reader.isAtEnd {
      let scalar = reader.number()
      var parts: [UInt32] = []
      repeat {
        reader.skip()
        parts.append(reader.number())
      } while reader.next == UInt8(ascii: ",")
      result[scalar] = parts
      reader.skip()
    }
    return result
  }
}
