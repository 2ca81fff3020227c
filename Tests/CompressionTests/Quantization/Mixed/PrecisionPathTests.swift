import Compression
import TestSupport
import Testing

@Suite("The order in which parts get more bits") struct PrecisionPathTests {
  private func unit(_ name: String, _ options: (Int, Double)...) -> UnitSensitivity {
    let precisions: [Precision] = options.count == 3 ? [.int4, .int8, .floats] : [.int8, .floats]
    return UnitSensitivity(
      unit: name,
      options: zip(precisions, options).map {
        UnitSensitivity.Option(precision: $0, bytes: $1.0, klDivergence: $1.1)
      })
  }

  private func precisions(_ path: PrecisionPath) -> [[Precision]] {
    (0...path.count).map { path.choice(after: $0).map(\.precision) }
  }

  @Test("What makes good most for each byte goes first") func order() {
    let path = PrecisionPath([
      // 0.04 and 0.0001 a byte.
      unit("a", (100, 4.03), (200, 0.03), (500, 0)),
      // 0.009 and 0.001 a byte.
      unit("b", (100, 1.2), (200, 0.3), (500, 0)),
      // 0.02 a byte.
      unit("c", (100, 2), (200, 0)),
    ])
    #expect(path.count == 5)
    #expect(
      precisions(path) == [
        [.int4, .int4, .int8], [.int8, .int4, .int8], [.int8, .int4, .floats], [.int8, .int8, .floats],
        [.int8, .floats, .floats], [.floats, .floats, .floats],
      ])
    #expect(path.choice(after: 0).map(\.bytes) == [100, 100, 100])
  }

  @Test("Eight bits that make good less for a byte than floats do are skipped") func hull() {
    let path = PrecisionPath([unit("a", (100, 10), (200, 9.9), (500, 0)), unit("b", (100, 1), (200, 1.5), (500, 0))])
    #expect(
      precisions(path) == [[.int4, .int4], [.floats, .int4], [.floats, .floats]], "the second is worse in eight bits")
  }

  @Test("Parts that lose nothing come last, in their order") func ties() {
    let free = (0..<3).map { unit("\($0)", (10, 0), (20, 0), (40, 0)) }
    let path = PrecisionPath(free + [unit("x", (10, 1e-9), (20, 0), (40, 0))])
    #expect(path.choice(after: 1).map(\.precision) == [.int4, .int4, .int4, .int8])
    #expect(path.choice(after: path.count).map(\.precision) == [.floats, .floats, .floats, .floats])
    #expect(PrecisionPath([]).count == 0)
    #expect(PrecisionPath([]).fewestSteps { _ in false } == 0)
    let only = PrecisionPath([
      UnitSensitivity(unit: "a", options: [.init(precision: .floats, bytes: 4, klDivergence: 0)])
    ])
    #expect(only.count == 0 && only.choice(after: 0).map(\.precision) == [.floats])
  }

  @Test("Along any path bytes grow, gains fall, and it ends in floats", arguments: 0..<20) func anyPath(_ seed: Int) {
    var random = SeededGenerator(state: UInt64(seed))
    let units = (0..<12).map { index in
      let bytes = Int.random(in: 1...1000, using: &random)
      return unit(
        "\(index)", (bytes, .random(in: 0...1, using: &random)), (2 * bytes, .random(in: 0...1, using: &random)),
        (8 * bytes, 0))
    }
    let path = PrecisionPath(units)
    var gains: [Double] = []
    for steps in 1...path.count {
      let (before, after) = (path.choice(after: steps - 1), path.choice(after: steps))
      let changed = before.indices.filter { before[$0] != after[$0] }
      #expect(changed.count == 1)
      let (from, to) = (before[changed[0]], after[changed[0]])
      #expect(to.bytes > from.bytes)
      gains.append((from.klDivergence - to.klDivergence) / Double(to.bytes - from.bytes))
    }
    for (a, b) in zip(gains, gains.dropFirst()) { #expect(a >= b - 1e-12, "seed \(seed)") }
    #expect(path.choice(after: 0).allSatisfy { $0.precision == .int4 })
    #expect(path.choice(after: path.count).allSatisfy { $0.precision == .floats })
  }

  @Test("Bisection finds the border with few questions", arguments: [0, 1, 2, 6, 7, 13, 24]) func bisection(
    _ border: Int
  ) {
    let units = (0..<12).map { unit("\($0)", (10, Double(20 - $0)), (20, 1), (40, 0)) }
    let path = PrecisionPath(units)
    #expect(path.count == 24)
    var asked: [Int] = []
    let found = path.fewestSteps { steps in
      asked.append(steps)
      return steps >= border
    }
    #expect(found == border)
    #expect(asked.count <= 6 && Set(asked).count == asked.count && !asked.contains(24), "\(asked)")
    struct Stop: Error {}
    #expect(throws: Stop.self) { try path.fewestSteps { _ in throw Stop() } }
  }
}
