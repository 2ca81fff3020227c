/// BERT's tokenizer: text to ids, identical to Hugging Face's `tokenizers`.
///
/// - SeeAlso: docs/formats.md for the files that it reads.
struct WordPieceTokenizer: FramedTokenizer {
  private let settings: WordPieceSettings
  private let pieces: WordPiece
  let added: AddedTokens
  let frame: Frame

  /// - Throws: ``TextError/missingToken(path:token:)`` unless the vocabulary has the unknown token.
  init(_ file: WordPieceFile) throws(TextError) {
    settings = file.settings
    guard let unknownID = file.vocabulary.id(of: file.settings.unknownToken) else {
      throw .missingToken(path: file.path, token: file.settings.unknownToken)
    }
    pieces = WordPiece(
      vocabulary: file.vocabulary, unknownID: unknownID, maximumScalars: file.settings.maximumScalars)
    added = AddedTokens(file.added) { NormalizedText.of($0.span, file.settings) }
    frame = file.frame
  }

  var vocabulary: Vocabulary { pieces.vocabulary }

  /// - Complexity: O(bytes); some millions of tokens a second for English.
  func ids(of bytes: borrowing Span<UInt8>) -> [Int32] {
    var splitter = WordSplitter(settings, WordPieceSink(pieces))
    splitter.sink.ids.reserveCapacity(bytes.count / 3)
    var cursor = TokenMatcher.Cursor()
    while let section = added.raw.next(in: bytes, &cursor) {
      if let id = section.id {
        splitter.sink.ids.append(id)
      } else if added.normalized.isEmpty {
        splitter.split(bytes.extracting(section.range))
      } else {
        split(normalized: NormalizedText.of(bytes.extracting(section.range), settings), &splitter)
      }
    }
    return splitter.sink.ids
  }

  /// Cuts what was normalised, by which normalising again changes nothing.
  private func split(normalized: [UInt8], _ splitter: inout WordSplitter<WordPieceSink>) {
    var cursor = TokenMatcher.Cursor()
    while let section = added.normalized.next(in: normalized.span, &cursor) {
      if let id = section.id {
        splitter.sink.ids.append(id)
      } else {
        splitter.split(normalized.span.extracting(section.range))
      }
    }
  }
}

/// Makes ids of words.
private struct WordPieceSink: WordSink {
  private let pieces: WordPiece
  private var hashes: [UInt32] = []
  var ids: [Int32] = []

  init(_ pieces: WordPiece) { self.pieces = pieces }

  mutating func word(_ word: [UInt8], scalarCount: Int) {
    pieces.append(word, scalarCount: scalarCount, to: &ids, hashes: &hashes)
  }

  mutating func separator() {}
}
