import FoundationEssentials
import JSON

/// A tokenizer's settings and vocabulary as they are read from a model directory.
struct TokenizerFile {
  var settings: TokenizerSettings
  var tokens: [[UInt8]]
  let path: String

  /// Reads `tokenizer.json`, or `vocab.txt` with `tokenizer_config.json`.
  init(modelDirectory: URL) throws(TextError) {
    let json = modelDirectory.appending(path: "tokenizer.json")
    let vocabulary = modelDirectory.appending(path: "vocab.txt")
    func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) }
    if exists(json) {
      try self.init(json: json)
    } else if exists(vocabulary) {
      let configuration = modelDirectory.appending(path: "tokenizer_config.json")
      try self.init(vocabulary: vocabulary, configuration: exists(configuration) ? configuration : nil)
    } else {
      throw .missingFile(
        directory: modelDirectory.path(percentEncoded: false), expected: ["tokenizer.json", "vocab.txt"])
    }
  }

  /// Reads Hugging Face's `tokenizer.json` of a BERT tokenizer.
  init(json url: URL) throws(TextError) {
    let file = try TextFile(url)
    let root = try file.json()
    path = file.path
    let reader = SettingsReader(path: file.path)
    var settings = TokenizerSettings()
    try reader.require(root["model"]?["type"], "model.type", equals: "WordPiece")
    try reader.require(root["normalizer"]?["type"], "normalizer.type", equals: "BertNormalizer")
    try reader.require(root["pre_tokenizer"]?["type"], "pre_tokenizer.type", equals: "BertPreTokenizer")
    let normalizer = root["normalizer"]
    settings.cleanText = try reader.bool(normalizer?["clean_text"], "normalizer.clean_text") ?? true
    settings.handleChineseChars =
      try reader.bool(normalizer?["handle_chinese_chars"], "normalizer.handle_chinese_chars") ?? true
    settings.lowercase = try reader.bool(normalizer?["lowercase"], "normalizer.lowercase") ?? true
    settings.stripAccents = try reader.bool(normalizer?["strip_accents"], "normalizer.strip_accents")
    settings.unknownToken = try reader.string(root["model"]?["unk_token"], "model.unk_token") ?? "[UNK]"
    settings.continuationPrefix =
      try reader.string(root["model"]?["continuing_subword_prefix"], "model.continuing_subword_prefix") ?? "##"
    if let limit = root["model"]?["max_input_chars_per_word"] {
      guard let limit = limit.integer, limit > 0 else {
        throw .setting(
          path: path, key: "model.max_input_chars_per_word", expected: "a positive integer", found: limit.evidence)
      }
      settings.maximumScalars = limit
    }
    if let added = root["added_tokens"]?.elements {
      settings.specialTokens = added.compactMap { $0["special"]?.bool == true ? $0["content"]?.text : nil }
    }
    guard case .object(let members)? = root["model"]?["vocab"] else {
      throw .setting(
        path: path, key: "model.vocab", expected: "an object of tokens and ids",
        found: root["model"]?["vocab"]?.evidence ?? "nothing")
    }
    var tokens: [[UInt8]] = []
    for member in members {
      guard let id = member.value.integer, id >= 0, id < Vocabulary.largestCount else {
        throw .setting(
          path: path, key: "model.vocab.\(member.name)",
          expected: "an id from 0 to \(Vocabulary.largestCount - 1)", found: member.value.evidence)
      }
      while tokens.count <= id { tokens.append([]) }
      tokens[id] = Array(member.name.utf8)
    }
    self.settings = settings
    self.tokens = tokens
  }

  /// Reads `vocab.txt`, a token a line, and the settings of `tokenizer_config.json`.
  init(vocabulary url: URL, configuration: URL?) throws(TextError) {
    let file = try TextFile(url)
    path = file.path
    tokens = file.lines.map { Array($0.bytes) }
    guard tokens.count <= Vocabulary.largestCount else {
      throw .setting(
        path: path, key: "lines", expected: "at most \(Vocabulary.largestCount)", found: "\(tokens.count)")
    }
    settings = TokenizerSettings()
    guard let configuration else { return }
    let configurationFile = try TextFile(configuration)
    let root = try configurationFile.json()
    let reader = SettingsReader(path: configurationFile.path)
    settings.lowercase = try reader.bool(root["do_lower_case"], "do_lower_case") ?? true
    settings.stripAccents = try reader.bool(root["strip_accents"], "strip_accents")
    settings.handleChineseChars = try reader.bool(root["tokenize_chinese_chars"], "tokenize_chinese_chars") ?? true
  }
}

/// Reads settings, with errors that name file and key.
private struct SettingsReader {
  let path: String

  func bool(_ value: JSONValue?, _ key: String) throws(TextError) -> Bool? {
    guard let value, value != .null else { return nil }
    guard let bool = value.bool else {
      throw .setting(path: path, key: key, expected: "true or false", found: value.evidence)
    }
    return bool
  }

  func string(_ value: JSONValue?, _ key: String) throws(TextError) -> String? {
    guard let value, value != .null else { return nil }
    guard let string = value.text else {
      throw .setting(path: path, key: key, expected: "a string", found: value.evidence)
    }
    return string
  }

  func require(_ value: JSONValue?, _ key: String, equals expected: String) throws(TextError) {
    guard value?.text == expected else {
      throw .setting(path: path, key: key, expected: "\"\(expected)\"", found: value?.evidence ?? "nothing")
    }
  }
}
