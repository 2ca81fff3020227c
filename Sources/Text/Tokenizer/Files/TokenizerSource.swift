import FoundationEssentials

/// The files of a model directory that tell its tokenizer.
enum TokenizerSource {
  case json(TokenizerJSON)
  /// `vocab.txt`, and `tokenizer_config.json` if it is there.
  case wordPieces(vocabulary: URL, configuration: URL?)
  /// `vocab.json` and `merges.txt`, and whichever of the other files are there.
  case bytePairs(BytePairFiles)

  /// - Throws: ``TextError/missingFile(directory:expected:)`` if there is none.
  init(modelDirectory: URL) throws(TextError) {
    func file(_ name: String) -> URL? {
      let url = modelDirectory.appending(path: name)
      return FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) ? url : nil
    }
    if let json = file("tokenizer.json") {
      self = .json(try TokenizerJSON(json))
    } else if let vocabulary = file("vocab.txt") {
      self = .wordPieces(vocabulary: vocabulary, configuration: file("tokenizer_config.json"))
    } else if let vocabulary = file("vocab.json"), let merges = file("merges.txt") {
      self = .bytePairs(
        BytePairFiles(
          vocabulary: vocabulary, merges: merges, configuration: file("tokenizer_config.json"),
          specialTokens: file("special_tokens_map.json"), addedTokens: file("added_tokens.json")))
    } else {
      throw .missingFile(
        directory: modelDirectory.path(percentEncoded: false),
        expected: ["tokenizer.json", "vocab.txt", "vocab.json with merges.txt"])
    }
  }
}
