import Compute
import TestSupport
import Testing

@Suite("A gradient of the rows that were read") struct SparseGradientTests {
  /// Three steps on a table of 7 rows, each of other words; the second moments of some rows are never touched.
  private func steps(_ backend: CPUBackend, isDense: Bool, weightDecay: Double) throws -> [[Float]] {
    var random = SeededGenerator(state: 5)
    let (rows, columns) = (7, 37)
    var weight = try backend.upload(random.floats(rows * columns), shape: [rows, columns])
    let zero = try backend.upload([Float](repeating: 0, count: rows * columns), shape: [rows, columns])
    var (first, second) = (zero, zero)
    for (step, words) in [[2, 5, 2], [6, 2, 2], [0, 5, 0]].enumerated() {
      let dy = try backend.upload(random.floats(3 * columns, in: -1...1), shape: [3, columns])
      let tokens = try TokenIndices(words: words.map(Int32.init), positions: [0, 1, 2], types: [0, 0, 0])
      var gradient = try backend.embeddingVJP(dy, tokens, wordRows: rows, positionRows: 3, typeRows: 1).word
      if isDense { gradient = try backend.upload(backend.read(gradient), shape: gradient.shape) }
      try backend.adamW(
        weight: &weight, firstMoment: &first, secondMoment: &second, gradient: gradient,
        step: AdamWStep(learningRate: 1e-2, weightDecay: weightDecay, step: step + 1, gradientScale: 0.5))
    }
    return try [weight, first, second].map(backend.read)
  }

  @Test("moves weights and moments as a dense one does", arguments: OpTests.backends, [0, 0.1])
  func adamW(_ backend: CPUBackend, weightDecay: Double) throws {
    let sparse = try steps(backend, isDense: false, weightDecay: weightDecay)
    let dense = try steps(backend, isDense: true, weightDecay: weightDecay)
    for (found, exact) in zip(sparse, dense) { #expect(found.map(\.bitPattern) == exact.map(\.bitPattern)) }
    // Rows 1, 3 and 4 were never read.
    #expect(sparse[2][37..<74].allSatisfy { $0 == 0 } && sparse[2][74..<111].allSatisfy { $0 > 0 })
  }

  @Test("is squared and added to as a dense one is", arguments: OpTests.backends)
  func sums(_ backend: CPUBackend) throws {
    var random = SeededGenerator(state: 8)
    func gradient(_ words: [Int32]) throws -> Tensor {
      let dy = try backend.upload(random.floats(4 * 9), shape: [4, 9])
      let tokens = try TokenIndices(words: words, positions: [0, 1, 2, 3], types: [0, 0, 0, 0])
      return try backend.embeddingVJP(dy, tokens, wordRows: 50, positionRows: 4, typeRows: 1).word
    }
    let (one, other) = (try gradient([3, 0, 3, 1]), try gradient([49, 3, 2, 0]))
    let (values, others) = (try backend.read(one), try backend.read(other))
    #expect(one.shape == [50, 9] && values.count == 450 && values.count { $0 != 0 } == 27)
    let exact = values.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(try backend.sumOfSquares(one) - exact) <= 1e-12 * exact)
    let sum = zip(values, others).map { $0 + $1 }
    let dense = try backend.upload(others, shape: other.shape)
    for (a, b) in [(one, other), (one, dense), (dense, one)] {
      let found = try backend.add(a, b)
      #expect(try found.shape == one.shape && backend.read(found) == sum)
    }
  }
}
