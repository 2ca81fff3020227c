/// A tokenizer of one vocabulary, beside which tokens were added, and of special tokens around the ids of texts: all that
/// kinds of tokenizers have in common.
protocol FramedTokenizer: Tokenizer {
  var vocabulary: Vocabulary { get }
  var added: AddedTokens { get }
  var frame: Frame { get }

  /// The ids of a text without the frame.
  func ids(of bytes: borrowing Span<UInt8>) -> [Int32]
}

extension FramedTokenizer {
  var vocabularySize: Int { max(vocabulary.count, Int(added.largestID) + 1) }

  func token(for id: Int32) -> String? { added.content(of: id) ?? vocabulary.token(for: id) }

  func encode(_ text: String, pair: String?, maximumLength: Int?) -> Encoding {
    frame.encoding(ids(of: text), pair.map(ids), maximumLength: maximumLength)
  }

  private func ids(of text: String) -> [Int32] {
    var text = text
    text.makeContiguousUTF8()
    return ids(of: text.utf8.span)
  }
}
