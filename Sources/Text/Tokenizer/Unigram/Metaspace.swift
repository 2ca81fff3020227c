/// Blanks as visible characters: how SentencePiece marks the starts of words, and cuts before them.
struct Metaspace: Sendable {
  enum Prefix: String, Sendable {
    /// Each text, or each word where they are cut before, starts with a mark.
    case always
    /// Only what starts the whole text.
    case first
    case never
  }

  /// UTF-8 of what stands for a blank: ▁, U+2581.
  var replacement: [UInt8]
  var prefix: Prefix
  /// Whether the text is cut before each mark.
  var cuts: Bool

  /// `text` with marks for blanks.
  ///
  /// - Parameter isStart: nothing stands before it.
  func marked(_ text: borrowing Span<UInt8>, isStart: Bool, into result: inout [UInt8]) {
    result.removeAll(keepingCapacity: true)
    let startsMarked = text[0] == UInt8(ascii: " ") || isMark(text, at: 0)
    if !startsMarked, prefix == .always || prefix == .first && isStart { result += replacement }
    for position in 0..<text.count {
      let byte = text[position]
      if byte == UInt8(ascii: " ") { result += replacement } else { result.append(byte) }
    }
  }

  /// The end of the piece of marked text that starts at `start`: before the next mark.
  func end(from start: Int, in text: borrowing Span<UInt8>) -> Int {
    guard cuts, let lead = replacement.first else { return text.count }
    var end = start + 1
    while end < text.count {
      if text[end] == lead, isMark(text, at: end) { return end }
      end += 1
    }
    return end
  }

  private func isMark(_ text: borrowing Span<UInt8>, at position: Int) -> Bool {
    guard position + replacement.count <= text.count else { return false }
    for offset in replacement.indices where text[position + offset] != replacement[offset] { return false }
    return true
  }
}
