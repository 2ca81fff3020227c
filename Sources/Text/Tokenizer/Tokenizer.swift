public import FoundationEssentials
import JSON

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
    let (tokenizer, path) = try read(TokenizerSource(modelDirectory: modelDirectory))
    if let vocabSize, tokenizer.vocabularySize > vocabSize {
      let last = Int32(tokenizer.vocabularySize - 1)
      throw .setting(
        path: path, key: "vocabulary", expected: "ids below \(vocabSize), the model's vocab_size",
        found: "\(last), which is '\(tokenizer.token(for: last) ?? "")'")
    }
    return tokenizer
  }

  /// The tokenizer, and the file that holds its vocabulary.
  private static func read(_ source: TokenizerSource) throws(TextError) -> (any Tokenizer, path: String) {
    switch source {
    case .json(let json):
      switch json.modelType {
      case "WordPiece": return (try WordPieceTokenizer(WordPieceFile(json)), json.path)
      case "BPE": return (BytePairTokenizer(try BytePairFile(json)), json.path)
      case "Unigram": return (UnigramTokenizer(try UnigramFile(json)), json.path)
      default:
        throw json.reader.failure(
          json.root["model"]?["type"], "model.type", expected: "\"WordPiece\", \"BPE\" or \"Unigram\"")
      }
    case .wordPieces(let vocabulary, let configuration):
      let file = try WordPieceFile(vocabulary: vocabulary, configuration: configuration)
      return (try WordPieceTokenizer(file), file.path)
    case .bytePairs(let files):
      let file = try BytePairFile(files)
      return (BytePairTokenizer(file), file.path)
    }
  }
}
