/// The steps by which a text is normalised before a Unigram model cuts it.
struct TextNormalizer: Sendable {
  enum Step: Sendable {
    case characterMap(CharacterMap)
    /// Each occurrence, from the left.
    case replace(pattern: [UInt8], content: [UInt8])
    /// Runs of two blanks and more: the regular expression ` {2,}`.
    case replaceBlanks(content: [UInt8])
    /// White space at the ends.
    case strip(left: Bool, right: Bool)
    case prepend([UInt8])
  }

  let steps: [Step]

  func normalized(_ text: borrowing Span<UInt8>) -> [UInt8] {
    guard let first = steps.first else { return Self.copy(text, 0..<text.count) }
    var result = Self.apply(first, text)
    for step in steps.dropFirst() { result = Self.apply(step, result.span) }
    return result
  }

  private static func apply(_ step: Step, _ text: borrowing Span<UInt8>) -> [UInt8] {
    switch step {
    case .characterMap(let map): return map.normalized(text)
    case .replace(let pattern, let content):
      return replaced(text, pattern, by: content)
    case .replaceBlanks(let content): return withoutRuns(text, content)
    case .strip(let left, let right): return stripped(text, left: left, right: right)
    case .prepend(let content):
      return text.isEmpty ? [] : content + copy(text, 0..<text.count)
    }
  }

  private static func replaced(
    _ text: borrowing Span<UInt8>, _ pattern: [UInt8], by content: [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      var length = 0
      while length < pattern.count, position + length < text.count, text[position + length] == pattern[length] {
        length += 1
      }
      if length == pattern.count, length > 0 {
        result += content
        position += length
      } else {
        result.append(text[position])
        position += 1
      }
    }
    return result
  }

  private static func withoutRuns(_ text: borrowing Span<UInt8>, _ content: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      var end = position
      while end < text.count, text[end] == UInt8(ascii: " ") { end += 1 }
      if end - position >= 2 {
        result += content
        position = end
      } else {
        result.append(text[position])
        position += 1
      }
    }
    return result
  }

  private static func copy(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    for position in range { result.append(text[position]) }
    return result
  }

  private static func stripped(_ text: borrowing Span<UInt8>, left: Bool, right: Bool) -> [UInt8] {
    func isSpace(_ scalar: UInt32) -> Bool {
      CharacterTable.reference.properties(scalar).contains(.whitespace)
    }
    var (start, end) = (0, text.count)
    while left, start < end {
      let (scalar, length) = decodedScalar(in: text, at: start)
      guard isSpace(scalar) else { break }
      start += length
    }
    while right, end > start {
      let before = startOfScalar(in: text, before: end)
      guard isSpace(decodedScalar(in: text, at: before).scalar) else { break }
      end = before
    }
    return copy(text, start..<max(start, end))
  }
}
