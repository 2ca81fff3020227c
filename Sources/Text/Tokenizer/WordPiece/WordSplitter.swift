/// What takes the words of a text.
protocol WordSink {
  /// - Parameters:
  ///   - word: UTF-8, not empty; of a word of more scalars than the tokenizer takes, the bytes end early.
  mutating func word(_ word: [UInt8], scalarCount: Int)
  /// White space, or the edge of an ideograph.
  mutating func separator()
}

/// Normalises text and cuts it into words: cleaning, blanks around ideographs, accents, lower case, punctuation.
///
/// The steps and their order are those of Hugging Face's `BertNormalizer` and `BertPreTokenizer`; they are taken scalar
/// by scalar in one pass, so that no intermediate string is made.
struct WordSplitter<Sink: WordSink> {
  var sink: Sink
  private let settings: WordPieceSettings
  private let stripsAccents: Bool
  private let table = CharacterTable.reference

  private var word: [UInt8] = []
  private var scalarCount = 0
  /// Combining characters that wait for a starter, put in canonical order when it comes.
  private var pending: [(combiningClass: UInt8, scalar: UInt32)] = []

  init(_ settings: WordPieceSettings, _ sink: Sink) {
    self.settings = settings
    self.sink = sink
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
        let (scalar, length) = decodedScalar(in: bytes, at: position)
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
      sink.separator()
    case 33...126:
      endWord()
      append(byte)
      endWord()
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
      sink.separator()
      return
    }
    let isIdeograph = settings.handleChineseChars && properties.contains(.ideograph)
    if isIdeograph {
      flushPending()
      endWord()
      sink.separator()
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
      sink.separator()
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
    if properties.contains(.whitespace) {
      endWord()
      sink.separator()
      return
    }
    guard let unicode = Unicode.Scalar(scalar) else { return }
    let isPunctuation = properties.contains(.punctuation)
    if isPunctuation { endWord() }
    scalarCount += 1
    if scalarCount <= settings.maximumScalars { word.append(contentsOf: UTF8.encode(unicode) ?? .init()) }
    if isPunctuation { endWord() }
  }

  private mutating func endWord() {
    guard scalarCount > 0 else { return }
    sink.word(word, scalarCount: scalarCount)
    word.removeAll(keepingCapacity: true)
    scalarCount = 0
  }
}
