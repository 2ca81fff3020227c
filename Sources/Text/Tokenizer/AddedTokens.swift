/// A token that is cut out of the text before the model sees it: `<mask>`, or a word that was added to a vocabulary.
struct AddedToken: Equatable, Sendable {
  var content: String
  var id: Int32
  /// Only where no letter, mark, digit or underscore stands beside it.
  var isSingleWord = false
  /// It takes the white space before it along.
  var stripsLeft = false
  var stripsRight = false
  /// It is looked for in the normalised text, in its own normalised form.
  var isNormalized = false
}

/// The tokens that are cut out of the text as it stands, and those that are cut out of it once it is normalised.
struct AddedTokens: Sendable {
  let raw: TokenMatcher
  let normalized: TokenMatcher
  private let contents: [Int32: String]
  /// Of all that are added, -1 if there is none.
  let largestID: Int32

  /// - Parameter normalize: what the tokenizer does with a text before it looks for words.
  init(_ tokens: [AddedToken], normalize: ([UInt8]) -> [UInt8] = { $0 }) {
    raw = TokenMatcher(tokens.filter { !$0.isNormalized }.map { (Array($0.content.utf8), $0) })
    normalized = TokenMatcher(tokens.filter(\.isNormalized).map { (normalize(Array($0.content.utf8)), $0) })
    contents = Dictionary(tokens.map { ($0.id, $0.content) }) { $1 }
    largestID = tokens.map(\.id).max() ?? -1
  }

  func content(of id: Int32) -> String? { contents[id] }
}

/// Finds tokens in a text, of those that start at one place the longest.
struct TokenMatcher: Sendable {
  /// A part of a text: a token, or what stands between two of them.
  struct Section {
    var range: Range<Int>
    /// Nil for text.
    var id: Int32?
  }

  /// How far a text has been cut.
  struct Cursor {
    fileprivate var searched = 0
    fileprivate var done = 0
    fileprivate var waiting: Section?
  }

  private let trie: ByteTrie
  private let tokens: [AddedToken]
  /// The bytes that a token starts with.
  private let starts: [Bool]

  fileprivate init(_ tokens: [(bytes: [UInt8], token: AddedToken)]) {
    self.tokens = tokens.map(\.token)
    trie = ByteTrie(tokens.enumerated().map { ($1.bytes, Int32($0)) })
    var starts = [Bool](repeating: false, count: 256)
    for token in tokens { if let byte = token.bytes.first { starts[Int(byte)] = true } }
    self.starts = starts
  }

  var isEmpty: Bool { trie.isEmpty }

  /// The next part of a text, nil at its end. Parts of text are not empty.
  func next(in bytes: borrowing Span<UInt8>, _ cursor: inout Cursor) -> Section? {
    if let waiting = cursor.waiting {
      cursor.waiting = nil
      return waiting
    }
    while !isEmpty, cursor.searched < bytes.count {
      guard starts[Int(bytes[cursor.searched])], let match = trie.longest(in: bytes, from: cursor.searched) else {
        cursor.searched += 1
        continue
      }
      let token = tokens[Int(match.value)]
      var (start, end) = (cursor.searched, match.end)
      cursor.searched = end
      if token.isSingleWord, !isAlone(start, end, in: bytes) { continue }
      if token.stripsLeft { start = self.start(ofSpaceBefore: start, notBefore: cursor.done, in: bytes) }
      if token.stripsRight { end = self.end(ofSpaceAfter: end, in: bytes) }
      let found = Section(range: min(start, end)..<end, id: token.id)
      let before = cursor.done
      cursor.done = end
      guard before < start else { return found }
      cursor.waiting = found
      return Section(range: before..<start, id: nil)
    }
    cursor.searched = bytes.count
    guard cursor.done < bytes.count else { return nil }
    defer { cursor.done = bytes.count }
    return Section(range: cursor.done..<bytes.count, id: nil)
  }

  private func isAlone(_ start: Int, _ end: Int, in bytes: borrowing Span<UInt8>) -> Bool {
    if start > 0 {
      let before = startOfScalar(in: bytes, before: start)
      if Self.isPartOfWord(decodedScalar(in: bytes, at: before).scalar) { return false }
    }
    return end >= bytes.count || !Self.isPartOfWord(decodedScalar(in: bytes, at: end).scalar)
  }

  /// `\w` of Unicode Technical Standard 18, annex C.
  private static func isPartOfWord(_ scalar: UInt32) -> Bool {
    guard let properties = Unicode.Scalar(scalar)?.properties else { return false }
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return false
    }
  }

  private func start(
    ofSpaceBefore start: Int, notBefore limit: Int, in bytes: borrowing Span<UInt8>
  ) -> Int {
    var start = start
    while start > limit {
      let before = startOfScalar(in: bytes, before: start)
      guard CharacterTable.reference.properties(decodedScalar(in: bytes, at: before).scalar).contains(.whitespace)
      else { break }
      start = before
    }
    return max(start, limit)
  }

  private func end(ofSpaceAfter end: Int, in bytes: borrowing Span<UInt8>) -> Int {
    var end = end
    while end < bytes.count {
      let (scalar, length) = decodedScalar(in: bytes, at: end)
      guard CharacterTable.reference.properties(scalar).contains(.whitespace) else { break }
      end += length
    }
    return end
  }
}
