import FoundationEssentials
import JSON

/// The files of a RoBERTa tokenizer without `tokenizer.json`.
struct BytePairFiles {
  var vocabulary: URL
  var merges: URL
  var configuration: URL?
  var specialTokens: URL?
  var addedTokens: URL?

  /// What the files say besides vocabulary and merges.
  struct Settings {
    var addsPrefixSpace = false
    var classToken = "<s>"
    var separatorToken = "</s>"
    /// With the ids of those that state one.
    fileprivate var tokens: [(token: AddedToken, id: Int32?)] = []

    /// - Parameters:
    ///   - entries: how many tokens the vocabulary has.
    ///   - id: of a token in the vocabulary.
    func addedTokens(entries: Int, id: (String) -> Int32?) throws(TextError) -> [AddedToken] {
      var added: [AddedToken] = []
      var largest: Int32 = -1
      for (token, stated) in tokens where !token.content.isEmpty {
        var token = token
        token.id = id(token.content) ?? stated ?? max(largest + 1, Int32(clamping: entries))
        largest = max(largest, token.id)
        added.append(token)
      }
      return added
    }

    fileprivate mutating func add(_ token: AddedToken, id: Int32?) {
      let place = tokens.firstIndex { Array($0.token.content.utf8) == Array(token.content.utf8) }
      if let place {
        tokens[place] = (token, id ?? tokens[place].id)
      } else {
        tokens.append((token, id))
      }
    }
  }

  /// The special tokens of RoBERTa, and what `special_tokens_map.json`, `tokenizer_config.json` and `added_tokens.json` say
  /// otherwise.
  func settings() throws(TextError) -> Settings {
    var names = [
      ("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>"), ("sep_token", "</s>"), ("cls_token", "<s>"),
      ("pad_token", "<pad>"), ("mask_token", "<mask>"),
    ].map { (name: $0.0, token: AddedToken(content: $0.1, id: 0)) }
    var settings = Settings()
    var stated: [(token: AddedToken, id: Int32?)] = []
    for url in [specialTokens, configuration] {
      guard let url else { continue }
      let file = try TextFile(url)
      let root = try file.json()
      let reader = SettingsReader(path: file.path)
      for index in names.indices {
        let name = names[index].name
        if let token = try Self.token(root[name], name, reader) { names[index].token = token }
      }
      guard url == configuration else { continue }
      settings.addsPrefixSpace = try reader.bool(root["add_prefix_space"], "add_prefix_space") ?? false
      guard case .object(let members)? = root["added_tokens_decoder"] else { continue }
      for member in members {
        let key = "added_tokens_decoder.\(member.name)"
        let id = try reader.id(.number(member.name), key)
        if let token = try Self.token(member.value, key, reader) { stated.append((token, id)) }
      }
    }
    for (name, token) in names {
      if name == "cls_token" { settings.classToken = token.content }
      if name == "sep_token" { settings.separatorToken = token.content }
      settings.add(token, id: nil)
    }
    for (token, id) in stated { settings.add(token, id: id) }
    if let addedTokens {
      let file = try TextFile(addedTokens)
      let (tokens, _) = try SettingsReader(path: file.path).vocabulary(file.json(), "tokens")
      let known = Set(settings.tokens.map { Array($0.token.content.utf8) })
      for (id, content) in tokens.enumerated() where !content.isEmpty && !known.contains(content) {
        settings.add(AddedToken(content: String(decoding: content, as: UTF8.self), id: 0), id: Int32(id))
      }
    }
    return settings
  }

  /// A token as a string, or as an object with its flags; nil where there is none.
  private static func token(
    _ value: JSONValue?, _ key: String, _ reader: SettingsReader
  ) throws(TextError) -> AddedToken? {
    guard let value, value != .null else { return nil }
    if let content = value.text { return AddedToken(content: content, id: 0) }
    guard let content = value["content"]?.text else {
      throw reader.failure(value, key, expected: "a string, or an object with its content")
    }
    return AddedToken(
      content: content, id: 0,
      isSingleWord: try reader.bool(value["single_word"], "\(key).single_word") ?? false,
      stripsLeft: try reader.bool(value["lstrip"], "\(key).lstrip") ?? false,
      stripsRight: try reader.bool(value["rstrip"], "\(key).rstrip") ?? false,
      isNormalized: try reader.bool(value["normalized"], "\(key).normalized") ?? false)
  }
}
