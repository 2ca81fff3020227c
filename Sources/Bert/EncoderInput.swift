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
}
