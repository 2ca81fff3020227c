import JSON

/// A byte-level BPE tokenizer's settings, tokens and merges as they are read from a model directory.
struct BytePairFile {
  let path: String
  /// As the vocabulary spells them, by id; an empty one is a hole.
  let tokens: [[UInt8]]
  let vocabulary: Vocabulary
  let merges: [MergeTable.Merge]
  /// The token of each byte, -1 if there is none.
  let byteIDs: [Int32]
  var unknown: BytePairs.Unknown?
  /// A word that is a token is not put together from its bytes.
  var ignoresMerges = false
  /// A text starts as if a blank stood before it.
  var addsPrefixSpace = false
  var cutsWords = true
  var added: [AddedToken] = []
  var frame = Frame.none

  private init(path: String, tokens: [[UInt8]], merges: [MergePair]) throws(TextError) {
    self.path = path
    self.tokens = tokens
    let vocabulary = Vocabulary(tokens: tokens)
    self.vocabulary = vocabulary
    byteIDs = ByteAlphabet.scalars.map { vocabulary.id(of: Array(String($0).utf8)) ?? -1 }
    var table: [MergeTable.Merge] = []
    table.reserveCapacity(merges.count)
    for merge in merges {
      func id(_ token: [UInt8]) throws(TextError) -> Int32 {
        guard let id = vocabulary.id(of: token) else {
          throw .missingToken(path: path, token: String(decoding: token, as: UTF8.self))
        }
        return id
      }
      table.append(
        MergeTable.Merge(
          left: try id(merge.left), right: try id(merge.right), merged: try id(merge.left + merge.right)))
    }
    self.merges = table
  }

  /// Reads Hugging Face's `tokenizer.json` of a RoBERTa tokenizer.
  init(_ json: TokenizerJSON) throws(TextError) {
    let reader = json.reader
    let model = json.root["model"]
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      let found = try reader.string(model?[key], "model.\(key)") ?? ""
      guard found.isEmpty else { throw reader.failure(model?[key], "model.\(key)", expected: "null or \"\"") }
    }
    if let dropout = model?["dropout"], dropout != .null, dropout.double != 0 {
      throw reader.failure(dropout, "model.dropout", expected: "null or 0")
    }
    if let step = try json.steps("normalizer", list: "normalizers").first {
      throw json.unsupported(step, expected: "null beside BPE")
    }
    let (tokens, entries) = try reader.vocabulary(model?["vocab"], "model.vocab")
    try self.init(path: json.path, tokens: tokens, merges: Self.merges(model?["merges"], reader))

    let steps = try json.steps("pre_tokenizer", list: "pretokenizers")
    guard let step = steps.first, step.type == "ByteLevel", steps.count == 1 else {
      throw reader.failure(
        (steps.first { $0.type != "ByteLevel" } ?? steps.last)?.value["type"], "pre_tokenizer.type",
        expected: "one \"ByteLevel\" beside BPE")
    }
    addsPrefixSpace = try reader.bool(step.value["add_prefix_space"], "\(step.key).add_prefix_space") ?? true
    cutsWords = try reader.bool(step.value["use_regex"], "\(step.key).use_regex") ?? true
    ignoresMerges = try reader.bool(model?["ignore_merges"], "model.ignore_merges") ?? false
    let vocabulary = vocabulary
    if let token = try reader.string(model?["unk_token"], "model.unk_token"), let id = vocabulary.id(of: token) {
      unknown = BytePairs.Unknown(
        id: id, isFused: try reader.bool(model?["fuse_unk"], "model.fuse_unk") ?? false)
    }
    if try reader.bool(model?["byte_fallback"], "model.byte_fallback") == true, byteIDs.contains(-1) {
      throw reader.failure(
        model?["byte_fallback"], "model.byte_fallback", expected: "false, or a vocabulary with all 256 bytes")
    }
    added = try json.addedTokens(entries: entries) { vocabulary.id(of: $0) }
    frame = try json.frame()
  }

  /// Reads `vocab.json` and `merges.txt`, RoBERTa's older form.
  init(_ files: BytePairFiles) throws(TextError) {
    let file = try TextFile(files.vocabulary)
    let (tokens, entries) = try SettingsReader(path: file.path).vocabulary(file.json(), "vocabulary")
    try self.init(path: file.path, tokens: tokens, merges: Self.merges(TextFile(files.merges)))
    let settings = try files.settings()
    addsPrefixSpace = settings.addsPrefixSpace
    let vocabulary = vocabulary
    added = try settings.addedTokens(entries: entries) { vocabulary.id(of: $0) }
    func required(_ token: String) throws(TextError) -> Int32 {
      let place = added.first { Array($0.content.utf8) == Array(token.utf8) }
      guard let id = place?.id else { throw .missingToken(path: file.path, token: token) }
      return id
    }
    frame = .roberta(
      classID: try required(settings.classToken), separatorID: try required(settings.separatorToken))
  }

  private struct MergePair {
    var left: [UInt8]
    var right: [UInt8]

    /// `a b`; nil unless there is one blank.
    init?(_ text: some Collection<UInt8>) {
      let parts = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
      left = Array(parts[0])
      right = Array(parts[1])
    }

    init(_ left: String, _ right: String) {
      self.left = Array(left.utf8)
      self.right = Array(right.utf8)
    }
  }

  /// Merges as `"a b"` or as `["a", "b"]`.
  private static func merges(_ value: JSONValue?, _ reader: SettingsReader) throws(TextError) -> [MergePair] {
    guard let elements = value?.elements else {
      throw reader.failure(value, "model.merges", expected: "an array")
    }
    var merges: [MergePair] = []
    merges.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      if let text = element.text, let merge = MergePair(text.utf8) {
        merges.append(merge)
      } else if let pair = element.elements, pair.count == 2, let left = pair[0].text, let right = pair[1].text {
        merges.append(MergePair(left, right))
      } else {
        throw reader.failure(element, "model.merges[\(index)]", expected: "two tokens")
      }
    }
    return merges
  }

  private static func merges(_ file: TextFile) throws(TextError) -> [MergePair] {
    var merges: [MergePair] = []
    for line in file.lines where !line.bytes.isEmpty && !line.bytes.starts(with: "#version".utf8) {
      guard let merge = MergePair(line.bytes) else {
        throw .malformedRow(path: file.path, line: line.number, expected: "two tokens", found: "'\(line.text)'")
      }
      merges.append(merge)
    }
    return merges
  }
}
