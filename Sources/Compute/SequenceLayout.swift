/// Where the sequences of a ragged batch lie: end to end, without padding.
public struct SequenceLayout: Equatable, Sendable {
  /// Row of each sequence's first token, then the number of rows: `[B + 1]`, ascending from 0.
  public let offsets: [Int]

  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` unless `offsets` ascends from 0.
  public init(offsets: [Int]) throws(TensorError) {
    guard offsets.first == 0 else {
      throw .countMismatch(op: "sequence layout", expected: 0, found: offsets.first ?? -1)
    }
    for (previous, next) in zip(offsets, offsets.dropFirst()) where next < previous {
      throw .countMismatch(op: "sequence layout", expected: previous, found: next)
    }
    self.offsets = offsets
  }

  public var sequenceCount: Int { offsets.count - 1 }
  public var tokenCount: Int { offsets.last ?? 0 }
  public func length(of sequence: Int) -> Int { offsets[sequence + 1] - offsets[sequence] }
  /// The row of each sequence's first token: `[CLS]`.
  public var firstRows: [Int] { Array(offsets.dropLast()) }
  /// The layout of those rows once they are selected: one a sequence.
  public var firstTokens: SequenceLayout { SequenceLayout(count: sequenceCount) }

  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` unless these are rows of the first tokens of each sequence.
  func checkQueries(of layout: SequenceLayout) throws(TensorError) {
    guard sequenceCount == layout.sequenceCount else {
      throw .countMismatch(op: "attention, sequences", expected: layout.sequenceCount, found: sequenceCount)
    }
    for sequence in 0..<sequenceCount where length(of: sequence) > layout.length(of: sequence) {
      throw .countMismatch(
        op: "attention, queries", expected: layout.length(of: sequence), found: length(of: sequence))
    }
  }

  private init(count: Int) { offsets = Array(0...count) }
}

/// What the embedding layer looks up for each token of a ragged batch; three arrays of one length.
public struct TokenIndices: Equatable, Sendable {
  public let words: [Int32]
  public let positions: [Int32]
  public let types: [Int32]

  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` unless the three have one length.
  public init(words: [Int32], positions: [Int32], types: [Int32]) throws(TensorError) {
    for other in [positions, types] where other.count != words.count {
      throw .countMismatch(op: "token indices", expected: words.count, found: other.count)
    }
    self.words = words
    self.positions = positions
    self.types = types
  }
}
