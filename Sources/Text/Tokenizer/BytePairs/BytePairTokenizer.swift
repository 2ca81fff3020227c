/// The tokenizer of RoBERTa, byte-level BPE: text to ids, identical to Hugging Face's `tokenizers`.
///
/// - SeeAlso: docs/formats.md for the files that it reads.
struct BytePairTokenizer: FramedTokenizer {
  /// Which spells ` film` as `Ġfilm`.
  let vocabulary: Vocabulary
  let added: AddedTokens
  let frame: Frame
  private let addsPrefixSpace: Bool
  private let cutsWords: Bool
  private let pairs: BytePairs
  private let words = ByteLevelWords()
  /// The words that are one token, by their bytes; most words of a text are.
  private let wholeWords: Vocabulary

  init(_ file: BytePairFile) {
    vocabulary = file.vocabulary
    added = AddedTokens(file.added)
    frame = file.frame
    addsPrefixSpace = file.addsPrefixSpace
    cutsWords = file.cutsWords
    let pairs = BytePairs(byteIDs: file.byteIDs, merges: MergeTable(file.merges), unknown: file.unknown)
    self.pairs = pairs
    var scratch = BytePairs.Scratch()
    var ids: [Int32] = []
    wholeWords = Vocabulary(
      tokens: file.tokens.enumerated().map { id, token in
        guard let bytes = ByteAlphabet.bytes(of: token) else { return [] }
        if file.ignoresMerges { return bytes }
        ids.removeAll(keepingCapacity: true)
        pairs.append(bytes.span, to: &ids, &scratch)
        return ids == [Int32(id)] ? bytes : []
      })
  }

  func ids(of bytes: borrowing Span<UInt8>) -> [Int32] {
    var output = Output()
    output.ids.reserveCapacity(bytes.count / 3)
    var cursor = TokenMatcher.Cursor()
    while let section = added.raw.next(in: bytes, &cursor) {
      guard section.id == nil else {
        if let id = section.id { output.ids.append(id) }
        continue
      }
      // Nothing is normalised, but tokens that would be looked for after that come second.
      let part = bytes.extracting(section.range)
      var cursor = TokenMatcher.Cursor()
      while let section = added.normalized.next(in: part, &cursor) {
        if let id = section.id {
          output.ids.append(id)
        } else {
          append(part.extracting(section.range), to: &output)
        }
      }
    }
    return output.ids
  }

  private struct Output {
    var ids: [Int32] = []
    var scratch = BytePairs.Scratch()
  }

  /// Appends the ids of a text without added tokens, which isn't empty.
  private func append(_ bytes: borrowing Span<UInt8>, to output: inout Output) {
    if addsPrefixSpace, bytes[0] != UInt8(ascii: " ") {
      var prefixed: [UInt8] = [UInt8(ascii: " ")]
      prefixed.reserveCapacity(bytes.count + 1)
      for position in 0..<bytes.count { prefixed.append(bytes[position]) }
      appendWords(prefixed.span, to: &output)
    } else {
      appendWords(bytes, to: &output)
    }
  }

  private func appendWords(_ bytes: borrowing Span<UInt8>, to output: inout Output) {
    var start = 0
    while start < bytes.count {
      let end = cutsWords ? words.end(from: start, in: bytes) : bytes.count
      if let id = wholeWord(bytes, from: start, to: end) {
        output.ids.append(id)
      } else {
        pairs.append(bytes.extracting(start..<end), to: &output.ids, &output.scratch)
      }
      start = end
    }
  }

  @inline(__always)
  private func wholeWord(_ bytes: borrowing Span<UInt8>, from start: Int, to end: Int) -> Int32? {
    guard end - start <= wholeWords.longestToken else { return nil }
    var hash = Vocabulary.seed(isContinuation: false)
    for position in start..<end { hash = Vocabulary.hash(hash, bytes[position]) }
    return wholeWords.id(of: bytes, from: start, to: end, hash: hash, isContinuation: false)
  }
}
