public import FoundationEssentials

/// Text to the ids that a model reads, identical to Hugging Face's `tokenizers` with the model's files.
public protocol Tokenizer: Sendable {
  /// The number of ids.
  var vocabularySize: Int { get }

  /// The token of an id, nil if the vocabulary has none.
  func token(for id: Int32) -> String?

  /// The ids of a text, or of a pair, framed by the special tokens that the model knows.
  ///
  /// - Parameter maximumLength: of the result, specials included; the longer text is cut first. At least as many as there
  ///   are specials.
  func encode(_ text: String, pair: String?, maximumLength: Int?) -> Encoding
}

extension Tokenizer {
  public func encode(_ text: String, pair: String? = nil) -> Encoding {
    encode(text, pair: pair, maximumLength: nil)
  }

  public func encode(_ text: String, maximumLength: Int?) -> Encoding {
    encode(text, pair: nil, maximumLength: maximumLength)
  }
}

/// The tokenizer of a model directory, of the kind that its files state.
public enum ModelTokenizer {
  /// - Parameter vocabSize: rows of the model's table of words: ids from there on are refused. Nil where there is no
  ///   model.
  /// - Throws: ``TextError`` that names the file and the place.
  public static func read(modelDirectory: URL, vocabSize: Int? = nil) throws(TextError) -> any Tokenizer {
    try WordPieceTokenizer(modelDirectory: modelDirectory, vocabSize: vocabSize)
  }
}
