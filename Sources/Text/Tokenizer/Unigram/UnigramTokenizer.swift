/// The tokenizer of XLM-RoBERTa, SentencePiece's Unigram: text to ids, identical to Hugging Face's `tokenizers`.
///
/// - SeeAlso: docs/formats.md for the files that it reads.
struct UnigramTokenizer: FramedTokenizer {
  /// Which spells ` film` as `▁film`.
  let vocabulary: Vocabulary
  let added: AddedTokens
  let frame: Frame
  private let normalizer: TextNormalizer
  private let cutsAtWhitespace: Bool
  private let metaspace: Metaspace?
  private let model: Unigram

  init(_ file: UnigramFile) {
    vocabulary = file.vocabulary
    normalizer = file.normalizer
    added = AddedTokens(file.added) { file.normalizer.normalized($0.span) }
    frame = file.frame
    cutsAtWhitespace = file.cutsAtWhitespace
    metaspace = file.metaspace
    model = Unigram(pieces: file.pieces, scores: file.scores, unknownID: file.unknownID, byteIDs: file.byteIDs)
  }

  private struct Output {
    var ids: [Int32] = []
    var marked: [UInt8] = []
    var scratch = Unigram.Scratch()
  }

  func ids(of bytes: borrowing Span<UInt8>) -> [Int32] {
    var output = Output()
    output.ids.reserveCapacity(bytes.count / 3)
    var cursor = TokenMatcher.Cursor()
    while let section = added.raw.next(in: bytes, &cursor) {
      if let id = section.id {
        output.ids.append(id)
      } else {
        let normalized = normalizer.normalized(bytes.extracting(section.range))
        append(normalized: normalized.span, isStart: section.range.lowerBound == 0, to: &output)
      }
    }
    return output.ids
  }

  private func append(normalized: borrowing Span<UInt8>, isStart: Bool, to output: inout Output) {
    var cursor = TokenMatcher.Cursor()
    while let section = added.normalized.next(in: normalized, &cursor) {
      if let id = section.id {
        output.ids.append(id)
        continue
      }
      var start = section.range.lowerBound
      while start < section.range.upperBound {
        let end = cutsAtWhitespace ? endOfWord(from: start, to: section.range.upperBound, in: normalized) : nil
        if let end, end.word == start {
          start = end.next
          continue
        }
        append(
          word: normalized.extracting(start..<(end?.word ?? section.range.upperBound)),
          isStart: isStart && start == 0, to: &output)
        start = end?.next ?? section.range.upperBound
      }
    }
  }

  /// Where a word ends, and where the next may start: behind the white space that ends it.
  private func endOfWord(
    from start: Int, to limit: Int, in text: borrowing Span<UInt8>
  ) -> (word: Int, next: Int) {
    var end = start
    while end < limit {
      let byte = text[end]
      if byte < 0x80 {
        if byte == UInt8(ascii: " ") || (9...13).contains(byte) { return (end, end + 1) }
        end += 1
      } else {
        let (scalar, length) = decodedScalar(in: text, at: end)
        if CharacterTable.reference.properties(scalar).contains(.whitespace) { return (end, end + length) }
        end += length
      }
    }
    return (min(end, limit), limit)
  }

  /// Appends the ids of a text that isn't empty.
  private func append(word: borrowing Span<UInt8>, isStart: Bool, to output: inout Output) {
    guard let metaspace else {
      model.append(word, to: &output.ids, &output.scratch)
      return
    }
    metaspace.marked(word, isStart: isStart, into: &output.marked)
    let marked = output.marked
    var start = 0
    while start < marked.count {
      let end = metaspace.end(from: start, in: marked.span)
      model.append(marked.span.extracting(start..<end), to: &output.ids, &output.scratch)
      start = end
    }
  }
}
