import CKernels
import Compute
import Foundation
import TestSupport
import Testing

@Suite struct LayerNormKernelTests {
  private struct Result {
    var y: [Float], sum: [Float], mean: [Float], inverse: [Float]
  }

  private func run(
    _ kernels: KernelSet, columns: Int, x: [Float], residual: [Float]?, scale: [Float], shift: [Float],
    epsilon: Float = 1e-12
  ) -> Result {
    let rows = columns == 0 ? 0 : x.count / columns
    let x = GuardedBuffer(x), residual = residual.map { GuardedBuffer($0) }
    let scale = GuardedBuffer(scale), shift = GuardedBuffer(shift)
    let y = GuardedBuffer(count: x.count), sum = GuardedBuffer(count: x.count)
    let mean = GuardedBuffer(count: rows), inverse = GuardedBuffer(count: rows)
    kernels.table.layernorm_f32(
      rows, columns, x.pointer, residual?.pointer, scale.pointer, shift.pointer, epsilon, y.pointer, sum.pointer,
      mean.pointer, inverse.pointer)
    #expect(areIntact(x, scale, shift, y, sum, mean, inverse))
    // In place and without the extras: the same bits.
    kernels.table.layernorm_f32(
      rows, columns, x.pointer, residual?.pointer, scale.pointer, shift.pointer, epsilon, x.pointer, nil, nil, nil)
    #expect(x.bits == y.bits && areIntact(x, scale, shift) && residual?.isIntact != false)
    return Result(y: y.values, sum: sum.values, mean: mean.values, inverse: inverse.values)
  }

  @Test(arguments: availableKernels) func agreesWithDouble(_ kernels: KernelSet) {
    for columns in sizes(about: 16) + [31, 32, 33, 384] {
      for (rows, offset) in [(1, Float(0)), (3, 100), (4, -3)] {
        var generator = SeededGenerator(state: UInt64(columns))
        let x = generator.floats(rows * columns).map { $0 + offset }
        let residual = rows == 3 ? nil : generator.floats(rows * columns)
        let scale = generator.floats(columns), shift = generator.floats(columns)
        let found = run(kernels, columns: columns, x: x, residual: residual, scale: scale, shift: shift, epsilon: 1e-5)
        for i in 0..<(columns == 0 ? 0 : rows) {
          let s = (0..<columns).map { Double(found.sum[i * columns + $0]) }
          for j in 0..<columns {
            #expect(found.sum[i * columns + j] == x[i * columns + j] + (residual?[i * columns + j] ?? 0))
          }
          let mean = s.reduce(0, +) / Double(columns)
          let variance = s.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
          let inverse = 1 / (variance + Double(Float(1e-5))).squareRoot()
          let largest = s.reduce(0) { max($0, $1.magnitude) }
          // The mean's rounding is what remains of a row of large equal parts.
          let slack = Double(columns + 8) * roundingUnit * (1 + largest * inverse)
          #expect((Double(found.mean[i]) - mean).magnitude <= Double(columns) * roundingUnit * largest)
          #expect((Double(found.inverse[i]) - inverse).magnitude <= inverse * slack)
          for j in 0..<columns {
            let h = (s[j] - mean) * inverse
            let exact = Double(scale[j]) * h + Double(shift[j])
            #expect((Double(found.y[i * columns + j]) - exact).magnitude <= slack * (1 + h.magnitude))
          }
        }
      }
    }
  }

  @Test(arguments: availableKernels) func aRowDoesNotDependOnItsPlace(_ kernels: KernelSet) {
    for columns in [1, 5, 16, 33, 100] {
      var generator = SeededGenerator(state: 4)
      let x = generator.floats(9 * columns), scale = generator.floats(columns), shift = generator.floats(columns)
      let whole = run(kernels, columns: columns, x: x, residual: nil, scale: scale, shift: shift)
      for i in 0..<9 {
        let row = i * columns..<(i + 1) * columns
        let alone = run(kernels, columns: columns, x: Array(x[row]), residual: nil, scale: scale, shift: shift)
        #expect(alone.y.map(\.bitPattern) == whole.y[row].map(\.bitPattern))
      }
    }
  }

  @Test func setsAgreeBitForBit() {
    for columns in sizes(about: 16) + [31, 32, 33, 63, 64, 65, 384, 768] {
      var generator = SeededGenerator(state: UInt64(columns))
      let x = generator.floats(3 * columns), residual = generator.floats(3 * columns)
      let scale = generator.floats(columns), shift = generator.floats(columns)
      let same = agree { kernels in
        let found = run(kernels, columns: columns, x: x, residual: residual, scale: scale, shift: shift)
        return [found.y, found.sum, found.mean, found.inverse].map { $0.map(\.bitPattern) }
      }
      #expect(same, "\(columns) columns")
    }
  }

  @Test(arguments: availableKernels) func constantRowsGiveTheShift(_ kernels: KernelSet) {
    let shift: [Float] = [1, 2, 3, 4, 5]
    let x = [Float](repeating: 0.5, count: 5)
    let found = run(kernels, columns: 5, x: x, residual: nil, scale: shift, shift: shift)
    #expect(found.y == shift)
  }

  @Test(arguments: availableKernels) func vjpAgreesWithDouble(_ kernels: KernelSet) {
    for columns in sizes(about: 16) + [33, 70, 384] {
      for rows in [0, 1, 7] {
        var generator = SeededGenerator(state: UInt64(columns + rows))
        let x = GuardedBuffer(generator.floats(rows * columns)), dy = GuardedBuffer(generator.floats(rows * columns))
        let scale = GuardedBuffer(generator.floats(columns))
        let mean = GuardedBuffer(generator.floats(rows)), inverse = GuardedBuffer(generator.floats(rows, in: 0.5...2))
        let dx = GuardedBuffer(count: rows * columns)
        kernels.table.layernorm_vjp_f32(
          rows, columns, dy.pointer, x.pointer, scale.pointer, mean.pointer, inverse.pointer, dx.pointer)
        let dScale = GuardedBuffer(count: columns), dShift = GuardedBuffer(count: columns)
        // In two ranges, as two threads would have it.
        let middle = columns / 3
        for range in [0..<middle, middle..<columns] {
          kernels.table.layernorm_vjp_parameters_f32(
            rows, columns, range.lowerBound, range.upperBound, dy.pointer, x.pointer, mean.pointer, inverse.pointer,
            dScale.pointer, dShift.pointer)
        }
        #expect(areIntact(x, dy, scale, mean, inverse, dx, dScale, dShift))
        var exactScale = [Double](repeating: 0, count: columns), exactShift = exactScale
        for i in 0..<rows {
          let m = Double(mean.values[i]), r = Double(inverse.values[i])
          let h = (0..<columns).map { (Double(x.values[i * columns + $0]) - m) * r }
          let g = (0..<columns).map { Double(dy.values[i * columns + $0]) * Double(scale.values[$0]) }
          let meanG = g.reduce(0, +) / Double(columns)
          let meanGH = zip(g, h).reduce(0) { $0 + $1.0 * $1.1 } / Double(columns)
          for j in 0..<columns {
            let exact = r * (g[j] - meanG - h[j] * meanGH)
            let allowed = Double(columns + 8) * roundingUnit * 40
            #expect((Double(dx.values[i * columns + j]) - exact).magnitude <= allowed)
            exactScale[j] += Double(dy.values[i * columns + j]) * h[j]
            exactShift[j] += Double(dy.values[i * columns + j])
          }
        }
        let allowed = Double(rows + 4) * roundingUnit * Double(rows + 1) * 4
        #expect(worstRatio(dScale.values, exactScale) { _ in allowed } <= 1)
        #expect(worstRatio(dShift.values, exactShift) { _ in allowed } <= 1)
      }
    }
  }
}

@Suite struct SoftmaxKernelTests {
  @Test(arguments: availableKernels) func agreesWithDouble(_ kernels: KernelSet) {
    for columns in sizes(about: 16) + [33, 200] {
      for scale in [Float(1), 50] {
        var generator = SeededGenerator(state: UInt64(columns))
        let rows = columns == 0 ? 0 : 5
        let values = generator.floats(rows * columns, in: -scale...scale)
        let x = GuardedBuffer(values), y = GuardedBuffer(count: values.count)
        kernels.table.softmax_f32(rows, columns, x.pointer, y.pointer)
        kernels.table.softmax_f32(rows, columns, x.pointer, x.pointer)
        #expect(areIntact(x, y) && x.bits == y.bits)
        for i in 0..<rows {
          let row = values[i * columns..<(i + 1) * columns].map { Double($0) }
          let sum = row.reduce(0) { $0 + exp($1) }
          for j in 0..<columns {
            let exact = exp(row[j]) / sum, error = (Double(y.values[i * columns + j]) - exact).magnitude
            // x - max is rounded before the exponential.
            let allowed = (Double(columns + 8) + 2 * Double(scale)) * roundingUnit * exact + 1e-44
            #expect(error <= allowed, "columns \(columns), scale \(scale)")
          }
          let alone = GuardedBuffer(Array(values[i * columns..<(i + 1) * columns]))
          kernels.table.softmax_f32(1, columns, alone.pointer, alone.pointer)
          #expect(alone.bits == Array(y.bits[i * columns..<(i + 1) * columns]))
        }
      }
    }
  }

  @Test func setsAgreeBitForBit() {
    for columns in sizes(about: 16) + [31, 32, 33, 200] {
      var generator = SeededGenerator(state: UInt64(columns))
      let values = generator.floats(3 * columns, in: -30...30)
      let same = agree { kernels in
        let x = GuardedBuffer(values)
        kernels.table.softmax_f32(3, columns, x.pointer, x.pointer)
        return x.bits
      }
      #expect(same, "\(columns) columns")
    }
  }

  @Test(arguments: availableKernels) func extremesDoNotOverflow(_ kernels: KernelSet) {
    let x = GuardedBuffer([3e38, -3e38, 3e38, -.infinity])
    kernels.table.softmax_f32(1, 4, x.pointer, x.pointer)
    #expect(x.values == [0.5, 0, 0.5, 0])
  }
}
