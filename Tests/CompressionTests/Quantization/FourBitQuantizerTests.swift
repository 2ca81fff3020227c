import Bert
import Compression
import TestSupport
import Testing

@Suite("Weights of four bits") struct FourBitQuantizerTests {
  private static let quantizers = [32, 64].flatMap { group in
    [true, false].map { FourBitQuantizer(group: group, isSymmetric: $0) }
  }

  private func squaredError(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
  }

  @Test("Each value is the nearest of its group's sixteen", arguments: quantizers)
  func nearest(_ quantizer: FourBitQuantizer) {
    var generator = SeededGenerator(state: 1)
    let values = generator.floats(20 * 128).map { $0 * 0.1 }
    let rows = quantizer.quantized(values, columns: 128)
    let groups = 128 / quantizer.group
    #expect(rows.steps.count == 20 && rows.multipliers.count == 20 * groups)
    for (index, value) in rows.dequantized.enumerated() {
      let group = index / quantizer.group
      let size = rows.steps[group / groups] * Float(rows.multipliers[group])
      let all = (0...15).map { (Float($0) - Float(rows.zeroPoints[group])) * size }
      let least = all.map { abs($0 - values[index]) }.min() ?? 0
      #expect(abs(value - values[index]) <= least * 1.0001 + 1e-9)
    }
  }

  @Test("What kernels and files need", arguments: quantizers) func limits(_ quantizer: FourBitQuantizer) {
    var generator = SeededGenerator(state: 2)
    // Groups of very different sizes, of one sign, and of zeros.
    var values = generator.floats(12 * 128)
    for index in values.indices {
      let group = index / 32
      values[index] *= [1, 1e-3, 30, 1e-6, 0][group % 5]
      if group % 3 == 0 { values[index] = abs(values[index]) }
    }
    let rows = quantizer.quantized(values, columns: 128)
    let groups = 128 / quantizer.group
    for (index, multiplier) in rows.multipliers.enumerated() {
      let (m, z) = (Int(multiplier), Int(rows.zeroPoints[index]))
      #expect((1...15).contains(m) && m * z <= 128 && m * (15 - z) <= 127)
      let scale = rows.steps[index / groups] * Float(m)
      #expect(Float(Float16(scale)) == scale, "half precision holds \(scale)")
      #expect(!quantizer.isSymmetric || z == 8)
    }
    #expect(!rows.dequantized.contains { !$0.isFinite })
  }

  @Test func zerosStayZeros() {
    for quantizer in Self.quantizers {
      let rows = quantizer.quantized([Float](repeating: 0, count: 128), columns: 64)
      #expect(rows.dequantized == [Float](repeating: 0, count: 128))
    }
  }

  @Test("No worse than the step that reaches the largest weight, and finer groups are better") func errors() {
    var generator = SeededGenerator(state: 3)
    var values = generator.floats(64 * 128)
    for index in stride(from: 0, to: values.count, by: 97) { values[index] *= 5 }
    // One scale for each 64, of any size: what groups without whole multiples would do.
    var plain: [Float] = []
    for start in stride(from: 0, to: values.count, by: 64) {
      let part = values[start..<start + 64]
      let scale = (part.map(abs).max() ?? 0) / 7
      plain += part.map { max(-8, min(7, ($0 / scale).rounded())) * scale }
    }
    let of64 = squaredError(FourBitQuantizer(group: 64).quantized(values, columns: 128).dequantized, values)
    let of32 = squaredError(FourBitQuantizer(group: 32).quantized(values, columns: 128).dequantized, values)
    #expect(of64 < squaredError(plain, values))
    #expect(of32 < of64)
  }

  @Test("Zero points suit weights of one sign") func oneSign() {
    var generator = SeededGenerator(state: 4)
    let values = generator.floats(16 * 64).map { abs($0) + 0.2 }
    let symmetric = FourBitQuantizer(group: 32).quantized(values, columns: 64)
    let other = FourBitQuantizer(group: 32, isSymmetric: false).quantized(values, columns: 64)
    #expect(2 * squaredError(other.dequantized, values) < squaredError(symmetric.dequantized, values))
  }
}
