/// Joins words and blanks again: a text as it is normalised before it is cut.
struct NormalizedText: WordSink {
  private(set) var bytes: [UInt8] = []

  mutating func word(_ word: [UInt8], scalarCount: Int) { bytes += word }
  mutating func separator() { bytes.append(UInt8(ascii: " ")) }

  /// `text` as a tokenizer of these settings normalises it.
  static func of(_ text: borrowing Span<UInt8>, _ settings: WordPieceSettings) -> [UInt8] {
    var settings = settings
    settings.maximumScalars = .max
    var splitter = WordSplitter(settings, NormalizedText())
    splitter.split(text)
    return splitter.sink.bytes
  }
}
