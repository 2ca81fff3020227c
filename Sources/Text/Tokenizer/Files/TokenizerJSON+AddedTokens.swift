import JSON

extension TokenizerJSON {
  /// `added_tokens`, in the order of the file.
  ///
  /// Ids are those that the reference gives: that of the vocabulary, else the next free one; it doesn't look at the
  /// file's.
  ///
  /// - Parameters:
  ///   - entries: how many tokens the vocabulary has.
  ///   - id: of a token in the vocabulary.
  func addedTokens(entries: Int, id: (String) -> Int32?) throws(TextError) -> [AddedToken] {
    guard let value = root["added_tokens"], value != .null else { return [] }
    guard let elements = value.elements else { throw reader.failure(value, "added_tokens", expected: "an array") }
    var tokens: [AddedToken] = []
    var places: [[UInt8]: Int] = [:]
    var largest: Int32 = -1
    for (index, element) in elements.enumerated() {
      let key = "added_tokens[\(index)]"
      guard let content = element["content"]?.text else {
        throw reader.failure(element["content"], "\(key).content", expected: "a string")
      }
      if element["id"] != nil { _ = try reader.id(element["id"], "\(key).id") }
      if content.isEmpty { continue }
      let isSpecial = try reader.bool(element["special"], "\(key).special") ?? false
      let place = places[Array(content.utf8)]
      let given = place.map { tokens[$0].id } ?? id(content)
      let token = AddedToken(
        content: content, id: given ?? max(largest + 1, Int32(clamping: entries)),
        isSingleWord: try reader.bool(element["single_word"], "\(key).single_word") ?? false,
        stripsLeft: try reader.bool(element["lstrip"], "\(key).lstrip") ?? false,
        stripsRight: try reader.bool(element["rstrip"], "\(key).rstrip") ?? false,
        isNormalized: try reader.bool(element["normalized"], "\(key).normalized") ?? !isSpecial)
      guard token.id < Vocabulary.largestCount else {
        throw reader.failure(element, key, expected: "ids below \(Vocabulary.largestCount)")
      }
      largest = max(largest, token.id)
      if let place {
        tokens[place] = token
      } else {
        places[Array(content.utf8)] = tokens.count
        tokens.append(token)
      }
    }
    return tokens
  }
}
