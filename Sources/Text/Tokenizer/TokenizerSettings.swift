/// What a WordPiece tokenizer is told by its files, besides the vocabulary.
struct TokenizerSettings: Equatable, Sendable {
  /// Drop control characters, make every white space a blank.
  var cleanText = true
  /// Blanks around ideographs, so that each is a word.
  var handleChineseChars = true
  var lowercase = true
  /// Decompose and drop non-spacing marks; nil means as `lowercase` says.
  var stripAccents: Bool?
  var unknownToken = "[UNK]"
  var classToken = "[CLS]"
  var separatorToken = "[SEP]"
  var continuationPrefix = "##"
  var maximumScalars = 100
  /// Tokens that are cut out of the raw text wherever they stand.
  var specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  var stripsAccents: Bool { stripAccents ?? lowercase }
}
