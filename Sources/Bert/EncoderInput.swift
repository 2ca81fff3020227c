public import Compute

/// A ragged batch of token sequences: what the encoder reads. N tokens of B sequences lie end to end.
public struct EncoderInput: Sendable {
  public let tokens: TokenIndices
  public let layout: SequenceLayout

  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` when layout and tokens differ in length, or a sequence
  ///   is empty: a sequence has at least its `[CLS]`.
  public init(tokens: TokenIndices, layout: SequenceLayout) throws(TensorError) {
    guard layout.tokenCount == tokens.words.count else {
      throw .countMismatch(op: "encoder input", expected: layout.tokenCount, found: tokens.words.count)
    }
    for sequence in 0..<layout.sequenceCount where layout.length(of: sequence) == 0 {
      throw .countMismatch(op: "encoder input, sequence \(sequence)", expected: 1, found: 0)
    }
    self.tokens = tokens
    self.layout = layout
  }

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

  private func sequences(_ range: Range<Int>) throws(TensorError) -> EncoderInput {
    let start = layout.offsets[range.lowerBound]
    let rows = start..<layout.offsets[range.upperBound]
    return try EncoderInput(
      tokens: try TokenIndices(
        words: Array(tokens.words[rows]), positions: Array(tokens.positions[rows]), types: Array(tokens.types[rows])),
      layout: try SequenceLayout(offsets: layout.offsets[range.lowerBound...range.upperBound].map { $0 - start }))
  }
}
