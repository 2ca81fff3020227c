/// What a WordPiece tokenizer is told by its files, besides the vocabulary.
struct WordPieceSettings: Equatable, Sendable {
  /// Drop control characters, make every white space a blank.
  var cleanText = true
  /// Blanks around ideographs, so that each is a word.
  var handleChineseChars = true
  var lowercase = true
  /// Decompose and drop non-spacing marks; nil means as `lowercase` says.
  var stripAccents: Bool?
  var unknownToken = "[UNK]"
  var continuationPrefix = "##"
  var maximumScalars = 100

  var stripsAccents: Bool { stripAccents ?? lowercase }

  /// A text goes to the words as it is.
  static let unchanged: WordPieceSettings = {
    var settings = WordPieceSettings()
    settings.cleanText = false
    settings.handleChineseChars = false
    settings.lowercase = false
    return settings
  }()
}
