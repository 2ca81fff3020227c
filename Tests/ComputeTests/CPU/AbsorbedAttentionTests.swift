import Compute
import TestSupport
import Testing

@Suite("Attention with absorbed projections") struct AbsorbedAttentionTests {
  private static let heads = 3
  private static let columns = 24

  /// Ragged sequences, some of whose first tokens ask.
  private struct Case {
    let layout: SequenceLayout
    let queries: SequenceLayout
    let hidden: [Float]
    let query: [Float]
    let key: [Float]
    let value: [Float]
    let keyBias: [Float]
    let valueBias: [Float]

    init(lengths: [Int], asking: [Int], seed: UInt64) throws {
      var random = SeededGenerator(state: seed)
      layout = try SequenceLayout(offsets: lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) })
      queries = try SequenceLayout(offsets: asking.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) })
      hidden = random.floats(layout.tokenCount * columns)
      query = random.floats(queries.tokenCount * columns)
      key = random.floats(columns * columns)
      value = random.floats(columns * columns)
      keyBias = random.floats(columns)
      valueBias = random.floats(columns)
    }

    func absorbed(_ backend: CPUBackend) throws -> [Float] {
      let projections = try backend.absorbed(key: key, value: value, valueBias: valueBias, headCount: heads)
      return try backend.read(
        backend.attention(
          query: backend.upload(query, shape: [queries.tokenCount, columns]),
          hidden: backend.upload(hidden, shape: [layout.tokenCount, columns]), projections, layout: layout,
          queries: queries))
    }

    func ordinary(_ backend: CPUBackend) throws -> [Float] {
      let keyValue = try backend.packed(weights: [key, value], bias: keyBias + valueBias, inputs: columns)
      let hidden = try backend.upload(hidden, shape: [layout.tokenCount, columns])
      return try backend.read(
        backend.attention(
          query: backend.upload(query, shape: [queries.tokenCount, columns]),
          keyValue: backend.linear(hidden, keyValue), layout: layout, queries: queries, headCount: heads))
    }
  }

  @Test(
    "Contexts are those of keys and values that were made, key's bias included",
    arguments: [
      ([1], [1]), ([17], [1]), ([3, 1, 40], [1, 1, 1]), ([5, 33, 2], [5, 33, 2]), ([4, 9], [0, 2]),
      (.init(repeating: 2, count: 31), .init(repeating: 1, count: 31)),
    ])
  func equalsOrdinary(_ lengths: [Int], _ asking: [Int]) throws {
    let example = try Case(lengths: lengths, asking: asking, seed: UInt64(lengths.count))
    var before: [Float]?
    for set in InstructionSet.available {
      for threads in 1...3 {
        let backend = try CPUBackend(instructionSet: set, threadCount: threads)
        let found = try example.absorbed(backend)
        let expected = try example.ordinary(backend)
        #expect(found.count == expected.count)
        // Contexts are of the order of 1: sums of 24 products of numbers up to 1.
        for (found, expected) in zip(found, expected) {
          #expect(abs(found - expected) < 2e-5, "\(set), \(threads) threads")
        }
        #expect(before ?? found == found, "\(set), \(threads) threads: other bits")
        before = found
      }
    }
  }

  @Test("A sequence's contexts are the same whatever shares its batch") func company() throws {
    let together = try Case(lengths: [6, 20, 11], asking: [1, 1, 1], seed: 5)
    let backend = try CPUBackend(threadCount: 2)
    let all = try together.absorbed(backend)
    let projections = try backend.absorbed(
      key: together.key, value: together.value, valueBias: together.valueBias, headCount: Self.heads)
    for sequence in 0..<3 {
      let tokens = together.layout.offsets[sequence]..<together.layout.offsets[sequence + 1]
      let rows = tokens.lowerBound * Self.columns..<tokens.upperBound * Self.columns
      let own = sequence * Self.columns..<(sequence + 1) * Self.columns
      let alone = try SequenceLayout(offsets: [0, tokens.count])
      let context = try backend.attention(
        query: backend.upload(Array(together.query[own]), shape: [1, Self.columns]),
        hidden: backend.upload(Array(together.hidden[rows]), shape: [tokens.count, Self.columns]), projections,
        layout: alone, queries: alone.firstTokens)
      #expect(try backend.read(context) == Array(all[own]))
    }
  }

  @Test("Weights and inputs of other sizes are refused") func sizes() throws {
    let backend = try CPUBackend(threadCount: 1)
    let four: [Float] = [1, 2, 3, 4]
    #expect(throws: TensorError.countMismatch(op: "absorb, value", expected: 4, found: 3)) {
      try backend.absorbed(key: four, value: [1, 2, 3], valueBias: nil, headCount: 1)
    }
    #expect(throws: TensorError.countMismatch(op: "absorb, key", expected: 4, found: 5)) {
      try backend.absorbed(key: four + [5], value: four + [5], valueBias: nil, headCount: 1)
    }
    #expect(throws: TensorError.countMismatch(op: "absorb, value's bias", expected: 2, found: 1)) {
      try backend.absorbed(key: four, value: four, valueBias: [1], headCount: 2)
    }
    let projections = try backend.absorbed(key: four, value: four, valueBias: nil, headCount: 2)
    let row = try backend.upload([1, 2], shape: [1, 2])
    let wide = try backend.upload([1, 2, 3], shape: [1, 3])
    let one = try SequenceLayout(offsets: [0, 1])
    #expect(throws: TensorError.shapeMismatch(op: "attention, hidden", expected: [1, 2], found: [1, 3])) {
      try backend.attention(query: row, hidden: wide, projections, layout: one, queries: one)
    }
  }
}
