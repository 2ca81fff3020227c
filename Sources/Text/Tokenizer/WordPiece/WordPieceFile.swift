import FoundationEssentials
import JSON

/// A WordPiece tokenizer's settings, tokens and frame as they are read from a model directory.
struct WordPieceFile {
  /// What a BERT tokenizer without `tokenizer.json` cuts out of the text.
  private static let specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  var settings: WordPieceSettings
  let vocabulary: Vocabulary
  let added: [AddedToken]
  let frame: Frame
  let path: String

  /// Reads Hugging Face's `tokenizer.json` of a BERT tokenizer.
  init(_ json: TokenizerJSON) throws(TextError) {
    path = json.path
    let reader = json.reader
    let model = json.root["model"]
    var settings = try Self.normalizer(json)
    try Self.requirePreTokenizer(json)
    settings.unknownToken = try reader.string(model?["unk_token"], "model.unk_token") ?? "[UNK]"
    settings.continuationPrefix =
      try reader.string(model?["continuing_subword_prefix"], "model.continuing_subword_prefix") ?? "##"
    if let limit = model?["max_input_chars_per_word"] {
      guard let limit = limit.integer, limit > 0 else {
        throw reader.failure(limit, "model.max_input_chars_per_word", expected: "a positive integer")
      }
      settings.maximumScalars = limit
    }
    let (tokens, entries) = try reader.vocabulary(model?["vocab"], "model.vocab")
    let vocabulary = Vocabulary(tokens: tokens, continuationPrefix: Array(settings.continuationPrefix.utf8))
    added = try json.addedTokens(entries: entries) { vocabulary.id(of: $0) }
    frame = try json.frame()
    self.vocabulary = vocabulary
    self.settings = settings
  }

  /// Reads `vocab.txt`, a token a line, and the settings of `tokenizer_config.json`.
  init(vocabulary url: URL, configuration: URL?) throws(TextError) {
    let file = try TextFile(url)
    path = file.path
    let tokens = file.lines.map { Array($0.bytes) }
    guard tokens.count <= Vocabulary.largestCount else {
      throw .setting(
        path: path, key: "lines", expected: "at most \(Vocabulary.largestCount)", found: "\(tokens.count)")
    }
    settings = WordPieceSettings()
    if let configuration {
      let configurationFile = try TextFile(configuration)
      let root = try configurationFile.json()
      let reader = SettingsReader(path: configurationFile.path)
      settings.lowercase = try reader.bool(root["do_lower_case"], "do_lower_case") ?? true
      settings.stripAccents = try reader.bool(root["strip_accents"], "strip_accents")
      settings.handleChineseChars = try reader.bool(root["tokenize_chinese_chars"], "tokenize_chinese_chars") ?? true
    }
    let vocabulary = Vocabulary(tokens: tokens, continuationPrefix: Array(settings.continuationPrefix.utf8))
    func required(_ token: String) throws(TextError) -> Int32 {
      guard let id = vocabulary.id(of: token) else {
        throw .missingToken(path: url.path(percentEncoded: false), token: token)
      }
      return id
    }
    _ = try required(settings.unknownToken)
    frame = .bert(classID: try required("[CLS]"), separatorID: try required("[SEP]"))
    added = Self.specials.compactMap { token in
      vocabulary.id(of: token).map { AddedToken(content: token, id: $0) }
    }
    self.vocabulary = vocabulary
  }

  private static func normalizer(_ json: TokenizerJSON) throws(TextError) -> WordPieceSettings {
    let steps = try json.steps("normalizer", list: "normalizers")
    guard let step = steps.first else { return .unchanged }
    guard step.type == "BertNormalizer" else { throw json.unsupported(step, expected: "\"BertNormalizer\"") }
    if steps.count > 1 { throw json.unsupported(steps[1], expected: "nothing after a BertNormalizer") }
    func flag(_ name: String) throws(TextError) -> Bool? {
      try json.reader.bool(step.value[name], "\(step.key).\(name)")
    }
    var settings = WordPieceSettings()
    settings.cleanText = try flag("clean_text") ?? true
    settings.handleChineseChars = try flag("handle_chinese_chars") ?? true
    settings.lowercase = try flag("lowercase") ?? true
    settings.stripAccents = try flag("strip_accents")
    return settings
  }

  /// BERT's words, or the two steps that give the same.
  private static func requirePreTokenizer(_ json: TokenizerJSON) throws(TextError) {
    let steps = try json.steps("pre_tokenizer", list: "pretokenizers")
    let expected = "\"BertPreTokenizer\""
    guard let first = steps.first else {
      throw json.reader.failure(json.root["pre_tokenizer"], "pre_tokenizer.type", expected: expected)
    }
    var rest = steps.dropFirst()
    switch first.type {
    case "BertPreTokenizer": break
    case "WhitespaceSplit":
      guard let second = rest.popFirst(), second.type == "Punctuation",
        second.value["behavior"] == nil || second.value["behavior"]?.text == "Isolated"
      else { throw json.unsupported(first, expected: expected) }
    default: throw json.unsupported(first, expected: expected)
    }
    if let step = rest.first { throw json.unsupported(step, expected: "nothing after it") }
  }
}
