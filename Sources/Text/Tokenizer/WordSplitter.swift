/// Normalises text and cuts it into words: cleaning, blanks around ideographs, accents, lower case, punctuation.
///
/// The steps and their order are those of Hugging Face's `BertNormalizer` and `BertPreTokenizer`; they are taken scalar
/// by scalar in one pass, so that no intermediate string is made.
struct WordSplitter {
  private let settings: TokenizerSettings
  private let stripsAccents: Bool
  private let table = CharacterTable.reference
  private let emit: ([UInt8], Int) -> Void

  private var word: [UInt8] = []
  private var scalarCount = 0
  /// Combining characters that wait for a starter, put in canonical order when it comes.
  private var pending: [(combiningClass: UInt8, scalar: UInt32)] = []

  /// - Parameter emit: called with each word's UTF-8 and its scalar count; of a word of more scalars than the tokenizer
  ///   takes, the bytes end early.
  init(_ settings: TokenizerSettings, emit: @escaping ([UInt8], Int) -> Void) {
    self.settings = settings
    self.emit = emit
    stripsAccents = settings.stripsAccents
    word.reserveCapacity(64)
  }

  /// Cuts a whole text; a word never goes on in the next text.
  mutating func split(_ bytes: borrowing Span<UInt8>) {
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x80 {
        ascii(byte)
        position += 1
      } else {
        // The bytes come from a String and so are UTF-8.
        let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
        var scalar = UInt32(byte) & (0xFF >> UInt32(length + 1))
        for offset in 1..<length where position + offset < bytes.count {
          scalar = scalar << 6 | UInt32(bytes[position + offset] & 0x3F)
        }
        other(scalar)
        position += length
      }
    }
    flushPending()
    endWord()
  }

  private mutating func ascii(_ byte: UInt8) {
    if !pending.isEmpty { flushPending() }
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      append(byte)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      append(settings.lowercase ? byte + 32 : byte)
    case 9, 10, 13, 32:
      endWord()
    case 33...126:
      endWord()
      emit([byte], 1)
    default:
      // Control characters vanish, and what stood on both sides joins.
      if !settings.cleanText { append(byte) }
    }
  }

  private mutating func append(_ byte: UInt8) {
    scalarCount += 1
    if scalarCount <= settings.maximumScalars { word.append(byte) }
  }

  private mutating func other(_ scalar: UInt32) {
    let properties = table.properties(scalar)
    if settings.cleanText, properties.contains(.removed) { return }
    if properties.contains(.whitespace) {
      flushPending()
      endWord()
      return
    }
    let isIdeograph = settings.handleChineseChars && properties.contains(.ideograph)
    if isIdeograph {
      flushPending()
      endWord()
    }
    if stripsAccents {
      if properties.contains(.decomposes), let parts = table.decomposition(scalar) {
        for part in parts { decomposed(part) }
      } else {
        decomposed(scalar)
      }
    } else {
      lowered(scalar)
    }
    if isIdeograph {
      flushPending()
      endWord()
    }
  }

  /// One scalar of the decomposed text: marks are dropped, other combining characters put in canonical order.
  private mutating func decomposed(_ scalar: UInt32) {
    let properties = table.properties(scalar)
    if properties.contains(.mark) { return }
    if properties.contains(.combining) {
      pending.append((table.combiningClass(scalar), scalar))
      return
    }
    flushPending()
    lowered(scalar)
  }

  private mutating func flushPending() {
    guard !pending.isEmpty else { return }
    // Stable: equal classes keep their order. Sorted once, not as they come, or a hundred thousand would take minutes.
    let order = pending.indices.sorted {
      (pending[$0].combiningClass, $0) < (pending[$1].combiningClass, $1)
    }
    let waiting = order.map { pending[$0].scalar }
    pending.removeAll(keepingCapacity: true)
    for scalar in waiting { lowered(scalar) }
  }

  private mutating func lowered(_ scalar: UInt32) {
    if settings.lowercase, let parts = table.lowerCase(scalar) {
      for part in parts { finished(part) }
    } else {
      finished(scalar)
    }
  }

  private mutating func finished(_ scalar: UInt32) {
    let properties = table.properties(scalar)
    if properties.contains(.whitespace) { return endWord() }
    guard let unicode = Unicode.Scalar(scalar) else { return }
    if properties.contains(.punctuation) {
      endWord()
      emit(Array(UTF8.encode(unicode) ?? .init()), 1)
      return
    }
    scalarCount += 1
    if scalarCount <= settings.maximumScalars { word.append(contentsOf: UTF8.encode(unicode) ?? .init()) }
  }

  private mutating func endWord() {
    guard scalarCount > 0 else { return }
    emit(word, scalarCount)
    word.removeAll(keepingCapacity: true)
    scalarCount = 0
  }
}
