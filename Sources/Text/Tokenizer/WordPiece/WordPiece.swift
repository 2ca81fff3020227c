/// Splits a word into pieces of the vocabulary, the longest match first.
///
/// A word of more than `maximumScalars` scalars, or with a part that no piece matches, is one unknown token as a whole.
///
/// - SeeAlso: Wu et al., "Google's Neural Machine Translation System", 2016, arXiv:1609.08144, section 4.1; the greedy
///   form is that of github.com/google-research/bert, `WordpieceTokenizer`.
struct WordPiece: Sendable {
  let vocabulary: Vocabulary
  let unknownID: Int32
  /// `max_input_chars_per_word`, 100 for BERT. Scalars, neither bytes nor grapheme clusters.
  let maximumScalars: Int

  /// Appends the ids of the pieces of `word`.
  ///
  /// - Parameters:
  ///   - word: UTF-8, normalised; not empty.
  ///   - scalarCount: its scalars; `word` itself may end early if there are more than `maximumScalars`.
  ///   - hashes: scratch, kept by the caller so that it is allocated once.
  /// - Complexity: O(n) for a word that is a token, O(n * longest token) at worst.
  func append(_ word: [UInt8], scalarCount: Int, to ids: inout [Int32], hashes: inout [UInt32]) {
    guard scalarCount <= maximumScalars else {
      ids.append(unknownID)
      return
    }
    let bytes = word.span
    let firstID = ids.count
    var start = 0
    while start < bytes.count {
      let limit = min(bytes.count, start + vocabulary.longestToken)
      hashes.removeAll(keepingCapacity: true)
      var hash = Vocabulary.seed(isContinuation: start > 0)
      for offset in start..<limit {
        hash = Vocabulary.hash(hash, bytes[offset])
        hashes.append(hash)
      }
      var end = limit
      var found: Int32?
      while end > start {
        found = vocabulary.id(
          of: bytes, from: start, to: end, hash: hashes[end - start - 1], isContinuation: start > 0)
        if found != nil { break }
        end -= 1
      }
      guard let found else {
        ids.removeSubrange(firstID...)
        ids.append(unknownID)
        return
      }
      ids.append(found)
      start = end
    }
  }
}
