import Bert
import Compute
import Testing

@Suite("A batch in parts")
struct EncoderInputPartsTests {
  private func input(_ lengths: [Int]) throws -> EncoderInput {
    let count = lengths.reduce(0, +)
    let words = (0..<Int32(count)).map { $0 }
    return try EncoderInput(
      tokens: TokenIndices(words: words, positions: words, types: words),
      layout: SequenceLayout(offsets: lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }))
  }

  @Test(
    "Sequences of one length are divided evenly",
    arguments: [(8, 128, 2, 4), (32, 64, 2, 8), (8, 16, 2, 2), (9, 64, 3, 3)])
  func even(count: Int, length: Int, threads: Int, expected: Int) throws {
    let parts = try #require(
      try input([Int](repeating: length, count: count)).parts(threadCount: threads, tokens: 48...256))
    #expect(parts.map(\.layout.tokenCount) == [Int](repeating: count * length / expected, count: expected))
  }

  @Test("All sequences in their order, whole, whatever their lengths") func order() throws {
    let lengths = (0..<70).map { 5 + $0 * 7919 % 60 }
    let input = try input(lengths)
    for threads in 1...4 {
      let parts = try #require(try input.parts(threadCount: threads, tokens: 48...256))
      #expect(parts.flatMap(\.tokens.words) == input.tokens.words)
      #expect(parts.flatMap { part in (0..<part.layout.sequenceCount).map(part.layout.length) } == lengths)
      #expect(parts.allSatisfy { $0.layout.tokenCount <= 256 + 64 })
    }
  }

  @Test(
    "Nothing is divided where a thread would wait for another",
    arguments: [[128], [128, 128, 128], [500, 20, 20], [16, 16]])
  func uneven(_ lengths: [Int]) throws {
    #expect(try input(lengths).parts(threadCount: 2, tokens: 48...256) == nil)
  }

  @Test("Within a budget, but at least one sequence") func budget() throws {
    let parts = try input([5, 5, 30, 1]).parts(tokenBudget: 10)
    #expect(parts.map(\.layout.offsets) == [[0, 5, 10], [0, 30], [0, 1]])
  }
}
