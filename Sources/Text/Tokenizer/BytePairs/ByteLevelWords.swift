/// Cuts a text as GPT-2 does, by what this regular expression finds one after the other, which is the whole of the text:
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// - SeeAlso: github.com/openai/gpt-2, encoder.py.
struct ByteLevelWords: Sendable {
  private let classes = ByteLevelClasses.reference

  /// The end of the word that starts at `start`, which is before the end of the text.
  ///
  /// - Complexity: O(bytes of the word), but that white space before a word is read twice.
  @inline(__always)
  func end(from start: Int, in bytes: borrowing Span<UInt8>) -> Int {
    let byte = bytes[start]
    if byte == UInt8(ascii: "'"), let end = endOfContraction(from: start, in: bytes) { return end }
    let hasBlank = byte == UInt8(ascii: " ") && start + 1 < bytes.count
    let first = hasBlank ? start + 1 : start
    let (value, length) = classes.at(first, in: bytes)
    if value != ByteLevelClasses.Class.space { return end(of: value, from: first + length, in: bytes) }

    var last = first
    var end = first + length
    while end < bytes.count {
      let (value, length) = classes.at(end, in: bytes)
      if value != ByteLevelClasses.Class.space { break }
      last = end
      end += length
    }
    // White space before a word leaves its last scalar to that word, unless that is all there is.
    return end < bytes.count && last > start ? last : end
  }

  /// The end of the run of one class that goes on at `start`.
  @inline(__always)
  private func end(of value: UInt8, from start: Int, in bytes: borrowing Span<UInt8>) -> Int {
    var end = start
    while end < bytes.count {
      let (next, length) = classes.at(end, in: bytes)
      if next != value { break }
      end += length
    }
    return end
  }

  private func endOfContraction(from start: Int, in bytes: borrowing Span<UInt8>) -> Int? {
    guard start + 1 < bytes.count else { return nil }
    let second = start + 2 < bytes.count ? bytes[start + 2] : 0
    switch bytes[start + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"): return second == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"): return second == UInt8(ascii: "l") ? start + 3 : nil
    default: return nil
    }
  }
}
