import Compression
import Compute
import TestSupport
import Testing

@Suite("Quantising rows") struct WeightQuantizerTests {
  /// The definition, in Double: the clips in their order, the first of the least squared error.
  private func naive(_ row: [Float], limit: Double) -> (scale: Double, error: Double) {
    let largest = row.map { abs(Double($0)) }.max() ?? 0
    return (0...32).map { step in
      let scale = largest * (1 - Double(step) / 64) / limit
      return (scale, error(row, scale: scale, limit: limit))
    }.min { $0.error < $1.error } ?? (0, 0)
  }

  private func error(_ row: [Float], scale: Double, limit: Double = 127) -> Double {
    row.reduce(0) { sum, value in
      let whole = max(-limit, min(limit, (Double(value) / scale).rounded(.toNearestOrEven)))
      let error = Double(value) - whole * scale
      return sum + error * error
    }
  }

  /// Even numbers, and now and then one that is far off.
  private func rows(_ count: Int, _ columns: Int, magnitude: Float, _ random: inout SeededGenerator) -> [Float] {
    (0..<count * columns).map { _ in
      let value = Float.random(in: -1...1, using: &random)
      return magnitude * (Int.random(in: 0..<64, using: &random) == 0 ? value * 4 : value)
    }
  }

  @Test(
    "No clip that the definition finds has a smaller error", arguments: [1, 2, 7, 8, 9, 64, 385],
    [(1e-30, false), (1, false), (1, true), (1e30, false), (1e30, true)] as [(Float, Bool)])
  func leastSquaredError(_ columns: Int, _ numbers: (magnitude: Float, areReduced: Bool)) {
    var random = SeededGenerator(state: UInt64(columns))
    let limit: Float = numbers.areReduced ? 64 : 127
    let values = rows(20, columns, magnitude: numbers.magnitude, &random)
    let found = WeightQuantizer(reducesRange: numbers.areReduced).quantized(values, columns: columns)
    #expect((found.steps.count, found.values.count, found.columns) == (20, values.count, columns))
    for (row, scale) in found.steps.enumerated() {
      let part = Array(values[row * columns..<(row + 1) * columns])
      let best = naive(part, limit: Double(limit))
      // A scale in Float is off by up to 2^-24 of itself, and so 127 of them by 127 times that, in each column; sums
      // in Float round, too. Where two clips are as good as equal, either will do.
      let rounding = Double(columns) * Double(scale) * Double(scale) * 127 * 0x1p-23
      let error = error(part, scale: Double(scale), limit: Double(limit))
      #expect(error <= best.error * 1.0001 + rounding, "row \(row)")
      for (value, whole) in zip(part, found.values[row * columns..<(row + 1) * columns]) {
        #expect(Float(whole) == max(-limit, min(limit, (value / scale).rounded(.toNearestOrEven))))
      }
    }
  }

  @Test("An outlier is clipped where that serves the rest") func outliers() {
    var random = SeededGenerator(state: 4)
    var row = random.floats(4096)
    row[100] = 1.9
    let least = WeightQuantizer(clipping: .leastSquaredError).quantized(row, columns: 4096)
    let largest = WeightQuantizer(clipping: .largestMagnitude).quantized(row, columns: 4096)
    #expect(largest.steps == [1.9 / 127] && largest.values[100] == 127)
    #expect(error(row, scale: Double(least.steps[0])) <= error(row, scale: Double(largest.steps[0])))
    // Far out, the clip costs more than it brings.
    row[100] = 50
    #expect(WeightQuantizer().quantized(row, columns: 4096).steps[0] > 0.9 * 50 / 127)
  }

  @Test("By the largest magnitude no error is above half a scale") func largestMagnitude() {
    var random = SeededGenerator(state: 5)
    let values = rows(50, 33, magnitude: 3, &random)
    let found = WeightQuantizer(clipping: .largestMagnitude).quantized(values, columns: 33)
    for (index, value) in values.enumerated() {
      let scale = found.steps[index / 33]
      #expect(abs(value - Float(found.values[index]) * scale) <= 0.5001 * scale)
    }
    #expect(found.values.contains(127) && found.values.contains(-127) && !found.values.contains(-128))
  }

  @Test("In a reduced range a step is a 64th, and any two neighbours fit the product of pairs") func reducedRange() {
    var random = SeededGenerator(state: 6)
    let values = rows(50, 33, magnitude: 3, &random)
    let found = WeightQuantizer(clipping: .largestMagnitude, reducesRange: true).quantized(values, columns: 33)
    for (row, scale) in found.steps.enumerated() {
      let range = row * 33..<(row + 1) * 33
      #expect(scale == (values[range].map(\.magnitude).max() ?? 0) / 64)
      #expect(zip(values[range], found.values[range]).allSatisfy { abs($0 - Float($1) * scale) <= 0.5001 * scale })
    }
    #expect(found.values.min() == -64 && found.values.max() == 64)
    let tiny = WeightQuantizer(reducesRange: true).quantized([1e-37, 64 * 2e-38, -64 * 2e-38], columns: 1)
    #expect(tiny.values == [0, 64, -64] && tiny.steps[0] == 1 && tiny.steps.allSatisfy(\.isNormal))
  }

  @Test func tiesGoToEven() {
    let row: [Float] = [127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5]
    let found = WeightQuantizer(clipping: .largestMagnitude).quantized(row, columns: 7)
    #expect(found.steps == [1])
    #expect(found.values == [127, 0, 2, 2, 0, -2, -2])
  }

  @Test("Rows of zeros, of the smallest and of the largest numbers", arguments: WeightQuantizer.Clipping.allCases)
  func extremes(_ clipping: WeightQuantizer.Clipping) {
    let tiny = Float.leastNonzeroMagnitude, huge = Float.greatestFiniteMagnitude
    let values: [Float] = [0, -0, 0, tiny, -tiny, 0, huge, -huge, huge / 2, 1e-37, -1e-37, 3e-38, 2e-36, -2e-36, 1e-36]
    let found = WeightQuantizer(clipping: clipping).quantized(values, columns: 3)
    #expect(found.steps[0] == 1 && found.steps[1] == 1 && found.steps[3] == 1)
    #expect(found.values.prefix(6).allSatisfy { $0 == 0 })
    #expect(found.steps.allSatisfy { $0.isNormal && $0 > 0 && ($0 * 127).isFinite })
    #expect(found.values[6] == 127 && found.values[7] == -127)
    #expect(found.values[12] == 127 && found.values[13] == -127)
    #expect(WeightQuantizer(clipping: clipping).quantized([], columns: 3).steps.isEmpty)
  }
}
