public import FoundationEssentials

/// BERT's tokenizer: text to ids, identical to Hugging Face's `tokenizers`.
///
/// - SeeAlso: docs/formats.md for the files that it reads.
public struct WordPieceTokenizer: Tokenizer {
  private let settings: TokenizerSettings
  private let pieces: WordPiece
  private let classID: Int32
  private let separatorID: Int32
  private let specials: [(bytes: [UInt8], id: Int32)]

  /// Reads the tokenizer of a model: `tokenizer.json`, or `vocab.txt` with `tokenizer_config.json`.
  ///
  /// - Parameter vocabSize: rows of the model's table of words: ids from there on are refused. Nil where there is no
  ///   model.
  /// - Throws: ``TextError`` that names the file and the place.
  public init(modelDirectory: URL, vocabSize: Int? = nil) throws(TextError) {
    let file = try TokenizerFile(modelDirectory: modelDirectory)
    try self.init(file)
    if let vocabSize, vocabularySize > vocabSize {
      throw .setting(
        path: file.path, key: "vocabulary", expected: "ids below \(vocabSize), the model's vocab_size",
        found: "\(vocabularySize - 1), which is '\(token(for: Int32(vocabularySize - 1)) ?? "")'")
    }
  }

  init(_ file: TokenizerFile) throws(TextError) {
    settings = file.settings
    let vocabulary = Vocabulary(tokens: file.tokens, continuationPrefix: Array(settings.continuationPrefix.utf8))
    func required(_ token: String) throws(TextError) -> Int32 {
      guard let id = vocabulary.id(of: token) else { throw .missingToken(path: file.path, token: token) }
      return id
    }
    pieces = WordPiece(
      vocabulary: vocabulary, unknownID: try required(settings.unknownToken),
      maximumScalars: settings.maximumScalars)
    classID = try required(settings.classToken)
    separatorID = try required(settings.separatorToken)
    specials = settings.specialTokens.compactMap { token in
      vocabulary.id(of: token).map { (Array(token.utf8), $0) }
    }
  }

  /// The number of ids.
  public var vocabularySize: Int { pieces.vocabulary.count }

  /// The token of an id, nil if the vocabulary has none.
  public func token(for id: Int32) -> String? { pieces.vocabulary.token(for: id) }

  /// The ids of `text`, or of a pair: `[CLS] text [SEP]`, `[CLS] text [SEP] pair [SEP]`.
  ///
  /// - Parameter maximumLength: of the result, specials included; the longer text is cut first. At least 2, or 3 for a
  ///   pair.
  /// - Complexity: O(bytes); some millions of tokens a second for English.
  public func encode(_ text: String, pair: String?, maximumLength: Int?) -> Encoding {
    var first = ids(of: text)
    var second = pair.map(ids)
    if let maximumLength {
      let room = max(0, maximumLength - (second == nil ? 2 : 3))
      let lengths = Self.truncated(first.count, second?.count, room: room)
      first.removeLast(first.count - lengths.first)
      if let count = second?.count { second?.removeLast(count - lengths.second) }
    }
    var ids = [classID] + first + [separatorID]
    var types = [Int32](repeating: 0, count: ids.count)
    if let second {
      ids += second + [separatorID]
      types += [Int32](repeating: 1, count: second.count + 1)
    }
    return Encoding(ids: ids, typeIDs: types)
  }

  /// The lengths of both texts after `longest_first` truncation; of two that must both be cut, the second keeps the odd
  /// token unless it is the shorter one.
  private static func truncated(_ first: Int, _ second: Int?, room: Int) -> (first: Int, second: Int) {
    guard let second else { return (min(first, room), 0) }
    guard first + second > room else { return (first, second) }
    var (shorter, longer) = (min(first, second), max(first, second))
    longer = shorter > room ? shorter : max(shorter, room - shorter)
    if shorter + longer > room {
      shorter = room / 2
      longer = shorter + room % 2
    }
    return first > second ? (longer, shorter) : (shorter, longer)
  }

  /// The ids of a text without the frame of specials.
  private func ids(of text: String) -> [Int32] {
    var text = text
    text.makeContiguousUTF8()
    var ids: [Int32] = []
    var hashes: [UInt32] = []
    hashes.reserveCapacity(64)
    let bytes = text.utf8.span
    ids.reserveCapacity(bytes.count / 3)
    var start = 0
    func splitWords(_ range: Range<Int>) {
      guard !range.isEmpty else { return }
      withoutActuallyEscaping({ (word: [UInt8], scalarCount: Int) in
        pieces.append(word, scalarCount: scalarCount, to: &ids, hashes: &hashes)
      }) { emit in
        var splitter = WordSplitter(settings, emit: emit)
        splitter.split(text.utf8.span.extracting(range))
      }
    }
    // Special tokens are found in the raw text, before anything is normalised.
    var position = 0
    while position < bytes.count {
      if let special = special(in: text.utf8.span, at: position) {
        splitWords(start..<position)
        ids.append(special.id)
        position += special.bytes.count
        start = position
      } else {
        position += 1
      }
    }
    splitWords(start..<bytes.count)
    return ids
  }

  private func special(in bytes: borrowing Span<UInt8>, at position: Int) -> (bytes: [UInt8], id: Int32)? {
    let byte = bytes[position]
    for special in specials where special.bytes.first == byte && position + special.bytes.count <= bytes.count {
      var offset = 1
      while offset < special.bytes.count, bytes[position + offset] == special.bytes[offset] { offset += 1 }
      if offset == special.bytes.count { return special }
    }
    return nil
  }
}
