import JSON

/// Reads settings, with errors that name file and key.
struct SettingsReader {
  let path: String

  func failure(_ value: JSONValue?, _ key: String, expected: String) -> TextError {
    .setting(path: path, key: key, expected: expected, found: value?.evidence ?? "nothing")
  }

  /// Nil where there is no value, or null.
  func bool(_ value: JSONValue?, _ key: String) throws(TextError) -> Bool? {
    guard let value, value != .null else { return nil }
    guard let bool = value.bool else { throw failure(value, key, expected: "true or false") }
    return bool
  }

  func string(_ value: JSONValue?, _ key: String) throws(TextError) -> String? {
    guard let value, value != .null else { return nil }
    guard let string = value.text else { throw failure(value, key, expected: "a string") }
    return string
  }

  func id(_ value: JSONValue?, _ key: String) throws(TextError) -> Int32 {
    guard let id = value?.integer, id >= 0, id < Vocabulary.largestCount else {
      throw failure(value, key, expected: "an id from 0 to \(Vocabulary.largestCount - 1)")
    }
    return Int32(id)
  }

  func require(_ value: JSONValue?, _ key: String, equals expected: String) throws(TextError) {
    guard value?.text == expected else { throw failure(value, key, expected: "\"\(expected)\"") }
  }

  /// Tokens by id from an object of tokens and ids; of two of one id, the later one counts.
  func vocabulary(_ value: JSONValue?, _ key: String) throws(TextError) -> (tokens: [[UInt8]], entries: Int) {
    guard case .object(let members)? = value else {
      throw failure(value, key, expected: "an object of tokens and ids")
    }
    var tokens: [[UInt8]] = []
    for member in members {
      guard let id = member.value.integer, id >= 0, id < Vocabulary.largestCount else {
        throw failure(
          member.value, "\(key).\(member.name)", expected: "an id from 0 to \(Vocabulary.largestCount - 1)")
      }
      while tokens.count <= id { tokens.append([]) }
      tokens[id] = Array(member.name.utf8)
    }
    return (tokens, members.count)
  }
}
