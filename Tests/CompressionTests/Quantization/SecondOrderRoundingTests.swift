import Compression
import Compute
import TestSupport
import Testing

@Suite("Rounding that spares the outputs") struct SecondOrderRoundingTests {
  private static let columns = 96
  private let quantizer = FourBitQuantizer(group: 32)
  private let workers = WorkerPool(threadCount: 2)

  /// Inputs that depend on each other, as a model's do: a few causes, and noise.
  private func inputs(_ count: Int) -> [[Float]] {
    var random = SeededGenerator(state: 1)
    let causes = (0..<8).map { _ in random.floats(Self.columns) }
    return (0..<count).map { _ in
      let strengths = random.floats(causes.count), noise = random.floats(Self.columns)
      return (0..<Self.columns).map { column in
        zip(strengths, causes).reduce(0.1 * noise[column]) { $0 + $1.0 * $1.1[column] }
      }
    }
  }

  private func moments(_ inputs: [[Float]]) -> [Float] {
    (0..<Self.columns * Self.columns).map { index in
      inputs.reduce(0) { $0 + $1[index / Self.columns] * $1[index % Self.columns] }
    }
  }

  /// Σ ((w - ŵ) x)² over rows and inputs.
  private func outputError(_ weights: [Float], _ rounded: [Float], _ inputs: [[Float]]) -> Double {
    var sum = 0.0
    for start in stride(from: 0, to: weights.count, by: Self.columns) {
      for x in inputs {
        let error = (0..<Self.columns).reduce(0.0) {
          $0 + Double(weights[start + $1] - rounded[start + $1]) * Double(x[$1])
        }
        sum += error * error
      }
    }
    return sum
  }

  @Test("Outputs change less than by the nearest values, for inputs that weren't seen too") func outputs() throws {
    var random = SeededGenerator(state: 2)
    let weights = random.floats(24 * Self.columns)
    let all = inputs(600)
    let seen = Array(all[..<400]), unseen = Array(all[400...])
    let rounding = try SecondOrderRounding(moments: moments(seen), columns: Self.columns, workers: workers)
    let rounded = rounding.quantized(weights, by: quantizer, workers: workers).dequantized
    let nearest = quantizer.quantized(weights, columns: Self.columns).dequantized
    #expect(2 * outputError(weights, rounded, seen) < outputError(weights, nearest, seen))
    #expect(2 * outputError(weights, rounded, unseen) < outputError(weights, nearest, unseen))
    // It is bought with weights that are further off.
    func distance(_ values: [Float]) -> Float { zip(values, weights).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    #expect(distance(rounded) > distance(nearest))
  }

  @Test("Inputs that don't depend on each other leave nothing to make up for") func independent() throws {
    var random = SeededGenerator(state: 3)
    let weights = random.floats(6 * Self.columns)
    let diagonal = random.floats(Self.columns).map { abs($0) + 0.1 }
    let moments = (0..<Self.columns * Self.columns).map {
      $0 / Self.columns == $0 % Self.columns ? diagonal[$0 % Self.columns] : 0
    }
    let rounded = try SecondOrderRounding(moments: moments, columns: Self.columns, workers: workers).quantized(
      weights, by: quantizer, workers: workers)
    #expect(rounded == quantizer.quantized(weights, columns: Self.columns))
  }

  @Test("Columns are rounded by their inputs, wherever they stand in their group") func order() throws {
    var random = SeededGenerator(state: 5)
    let weights = random.floats(8 * Self.columns)
    let places = (0..<Self.columns).map { $0 / 32 * 32 + ($0 * 7 + 3) % 32 }
    func moved(_ values: [Float]) -> [Float] {
      values.indices.map { values[$0 / Self.columns * Self.columns + places[$0 % Self.columns]] }
    }
    // Their sizes differ by far, or an order would hardly matter.
    let seen = inputs(300).map { x in x.enumerated().map { $0.element * Float(1 + $0.offset * 37 % 96) } }
    func rounded(_ weights: [Float], _ inputs: [[Float]]) throws -> [Float] {
      try SecondOrderRounding(moments: moments(inputs), columns: Self.columns, workers: workers).quantized(
        weights, by: quantizer, workers: workers
      ).dequantized
    }
    #expect(try rounded(moved(weights), seen.map(moved)) == moved(rounded(weights, seen)))
  }

  @Test("An input that was always zero takes no weight") func silence() throws {
    var random = SeededGenerator(state: 4)
    let weights = random.floats(3 * Self.columns)
    let inputs = inputs(300).map { x in x.enumerated().map { $0.offset == 40 ? 0 : $0.element } }
    let rounded = try SecondOrderRounding(moments: moments(inputs), columns: Self.columns, workers: workers).quantized(
      weights, by: quantizer, workers: workers)
    for row in 0..<3 { #expect(rounded.dequantized[row * Self.columns + 40] == 0) }
  }

  @Test("What can't be moments is refused") func refusals() {
    var moments = [Float](repeating: 0, count: Self.columns * Self.columns)
    for column in 0..<Self.columns { moments[column * Self.columns + column] = 1 }
    moments[1] = 5
    moments[Self.columns] = 5
    #expect(throws: CompressionError.notPositiveDefinite(column: 0)) {
      try SecondOrderRounding(moments: moments, columns: Self.columns, workers: workers)
    }
    moments[1] = .nan
    #expect(throws: CompressionError.self) {
      try SecondOrderRounding(moments: moments, columns: Self.columns, workers: workers)
    }
  }
}
