import JSON

/// A Unigram tokenizer's settings, pieces and frame as they are read from `tokenizer.json`.
struct UnigramFile {
  let path: String
  let pieces: [[UInt8]]
  let scores: [Double]
  let vocabulary: Vocabulary
  let unknownID: Int32
  let byteIDs: [Int32?]?
  let normalizer: TextNormalizer
  /// Words are what white space separates, and are then marked one by one.
  var cutsAtWhitespace = false
  /// Nil where the text goes to the model as it is normalised.
  var metaspace: Metaspace?
  let added: [AddedToken]
  let frame: Frame

  init(_ json: TokenizerJSON) throws(TextError) {
    let reader = json.reader
    let model = json.root["model"]
    path = json.path
    (pieces, scores) = try Self.pieces(model?["vocab"], reader)
    guard let unknown = model?["unk_id"]?.integer, unknown >= 0, unknown < pieces.count else {
      throw reader.failure(model?["unk_id"], "model.unk_id", expected: "an id from 0 to \(pieces.count - 1)")
    }
    unknownID = Int32(unknown)
    let vocabulary = Vocabulary(tokens: pieces)
    self.vocabulary = vocabulary
    let fallsBack = try reader.bool(model?["byte_fallback"], "model.byte_fallback") ?? false
    byteIDs = fallsBack ? (0..<256).map { vocabulary.id(of: Self.byteToken($0)) } : nil
    normalizer = try Self.normalizer(json)
    added = try json.addedTokens(entries: pieces.count) { vocabulary.id(of: $0) }
    frame = try json.frame()
    try readPreTokenizer(json)
  }

  /// `<0x0A>`
  private static func byteToken(_ byte: Int) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.utf8.count < 2 ? "0" : "")\(digits)>"
  }

  private static func pieces(
    _ value: JSONValue?, _ reader: SettingsReader
  ) throws(TextError) -> (pieces: [[UInt8]], scores: [Double]) {
    guard let elements = value?.elements, !elements.isEmpty, elements.count <= Vocabulary.largestCount else {
      throw reader.failure(
        value, "model.vocab", expected: "an array of 1 to \(Vocabulary.largestCount) pieces with scores")
    }
    var pieces: [[UInt8]] = []
    var scores: [Double] = []
    pieces.reserveCapacity(elements.count)
    scores.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard let pair = element.elements, pair.count == 2, let piece = pair[0].text, let score = pair[1].double else {
        throw reader.failure(element, "model.vocab[\(index)]", expected: "a piece and its score")
      }
      pieces.append(Array(piece.utf8))
      scores.append(score)
    }
    return (pieces, scores)
  }

  private static func normalizer(_ json: TokenizerJSON) throws(TextError) -> TextNormalizer {
    var steps: [TextNormalizer.Step] = []
    for step in try json.steps("normalizer", list: "normalizers") {
      func text(_ name: String) throws(TextError) -> [UInt8] {
        guard let text = step.value[name]?.text else {
          throw json.reader.failure(step.value[name], "\(step.key).\(name)", expected: "a string")
        }
        return Array(text.utf8)
      }
      switch step.type {
      case "Precompiled":
        let key = "precompiled_charsmap"
        let encoded = String(decoding: try text(key), as: UTF8.self)
        do {
          steps.append(.characterMap(try CharacterMap(base64: encoded)))
        } catch {
          throw .setting(
            path: json.path, key: "\(step.key).\(key)", expected: "a table of SentencePiece", found: error.reason)
        }
      case "Replace":
        let content = try text("content")
        if let pattern = step.value["pattern"]?["String"]?.text, !pattern.isEmpty {
          steps.append(.replace(pattern: Array(pattern.utf8), content: content))
        } else if step.value["pattern"]?["Regex"]?.text == " {2,}" {
          steps.append(.replaceBlanks(content: content))
        } else {
          throw json.reader.failure(
            step.value["pattern"], "\(step.key).pattern", expected: "a String, or the Regex \" {2,}\"")
        }
      case "Strip":
        func flag(_ name: String) throws(TextError) -> Bool {
          try json.reader.bool(step.value[name], "\(step.key).\(name)") ?? true
        }
        steps.append(.strip(left: try flag("strip_left"), right: try flag("strip_right")))
      case "Prepend": steps.append(.prepend(try text("prepend")))
      default: throw json.unsupported(step, expected: "Precompiled, Replace, Strip or Prepend beside Unigram")
      }
    }
    return TextNormalizer(steps: steps)
  }

  private mutating func readPreTokenizer(_ json: TokenizerJSON) throws(TextError) {
    let reader = json.reader
    for step in try json.steps("pre_tokenizer", list: "pretokenizers") {
      switch step.type {
      case "WhitespaceSplit" where !cutsAtWhitespace && metaspace == nil: cutsAtWhitespace = true
      case "Metaspace" where metaspace == nil:
        let replacement = try reader.string(step.value["replacement"], "\(step.key).replacement") ?? "▁"
        guard replacement.unicodeScalars.count == 1, replacement != " " else {
          throw reader.failure(step.value["replacement"], "\(step.key).replacement", expected: "one character")
        }
        let scheme = try reader.string(step.value["prepend_scheme"], "\(step.key).prepend_scheme")
        let adds = try reader.bool(step.value["add_prefix_space"], "\(step.key).add_prefix_space")
        guard let prefix = Metaspace.Prefix(rawValue: scheme ?? (adds == false ? "never" : "always")),
          adds != false || prefix == .never
        else {
          throw reader.failure(
            step.value["prepend_scheme"], "\(step.key).prepend_scheme",
            expected: "\"always\", \"first\" or \"never\", as add_prefix_space has it")
        }
        metaspace = Metaspace(
          replacement: Array(replacement.utf8), prefix: prefix,
          cuts: try reader.bool(step.value["split"], "\(step.key).split") ?? true)
      default:
        throw json.unsupported(step, expected: "WhitespaceSplit before Metaspace, each at most once, beside Unigram")
      }
    }
  }
}
