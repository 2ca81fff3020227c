package import Compute

extension EncoderInput {
  /// The sequences in their order, as many together as stay within `tokenBudget` tokens, at least one.
  package func parts(tokenBudget: Int) throws(TensorError) -> [EncoderInput] {
    guard layout.tokenCount > tokenBudget else { return [self] }
    var parts: [EncoderInput] = []
    var first = 0
    for next in 1...layout.sequenceCount
    where next == layout.sequenceCount || layout.offsets[next + 1] - layout.offsets[first] > tokenBudget {
      parts.append(try sequences(first..<next))
      first = next
    }
    return parts
  }

  /// The sequences in their order, in parts of nearly equal size for `threadCount` threads that take whole parts.
  ///
  /// - Parameters:
  ///   - tokens: what a part may have at least, and what it should have at most; a single sequence may have more.
  /// - Returns: at least two parts; nil where a thread would have nothing to do for more than a tenth of the time, by count of
  ///   tokens.
  package func parts(threadCount: Int, tokens: ClosedRange<Int>) throws(TensorError) -> [EncoderInput]? {
    let share = layout.tokenCount / threadCount
    guard share >= tokens.lowerBound else { return nil }
    let count = threadCount * max(1, (share + tokens.upperBound - 1) / tokens.upperBound)
    var parts: [Range<Int>] = []
    var first = 0
    for part in 1...count {
      // The boundary between sequences that lies nearest to an even division.
      let even = layout.tokenCount * part / count
      var next = first
      while next < layout.sequenceCount, layout.offsets[next + 1] + layout.offsets[next] <= 2 * even { next += 1 }
      if next > first { parts.append(first..<next) }
      first = next
    }
    guard parts.count > 1, busiest(of: threadCount, taking: parts) * 10 <= share * 11 else { return nil }
    var inputs: [EncoderInput] = []
    for range in parts { inputs.append(try sequences(range)) }
    return inputs
  }

  /// The tokens of the thread that gets most, where each takes the next part as soon as it is free.
  private func busiest(of threadCount: Int, taking parts: [Range<Int>]) -> Int {
    var loads = [Int](repeating: 0, count: threadCount)
    for part in parts {
      let free = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      loads[free] += layout.offsets[part.upperBound] - layout.offsets[part.lowerBound]
    }
    return loads.max() ?? 0
  }

  private func sequences(_ range: Range<Int>) throws(TensorError) -> EncoderInput {
    let start = layout.offsets[range.lowerBound]
    let rows = start..<layout.offsets[range.upperBound]
    return try EncoderInput(
      tokens: try TokenIndices(
        words: Array(tokens.words[rows]), positions: Array(tokens.positions[rows]), types: Array(tokens.types[rows])),
      layout: try SequenceLayout(offsets: layout.offsets[range.lowerBound...range.upperBound].map { $0 - start }))
  }
}
