import CKernels
import Compute
import Foundation
import TestSupport
import Testing

@Suite struct ElementwiseKernelTests {
  @Test(arguments: availableKernels) func sumsAndProducts(_ kernels: KernelSet) {
    for count in sizes(about: 16) {
      var generator = SeededGenerator(state: UInt64(count))
      let a = generator.floats(count), b = generator.floats(count)
      let x = GuardedBuffer(a), z = GuardedBuffer(b), y = GuardedBuffer(count: count)
      kernels.table.add_f32(count, x.pointer, z.pointer, y.pointer)
      #expect(y.values == zip(a, b).map { $0 + $1 } && areIntact(x, y, z))
      kernels.table.scale_f32(count, -1.7, x.pointer, y.pointer)
      #expect(y.values == a.map { -1.7 * $0 } && areIntact(x, y))
      kernels.table.axpy_f32(count, 0.3, x.pointer, z.pointer)
      for i in 0..<count {
        #expect(z.values[i] == b[i] + 0.3 * a[i] || z.values[i] == b[i].addingProduct(0.3, a[i]))
      }
      #expect(areIntact(x, z))
      kernels.table.add_f32(count, x.pointer, x.pointer, x.pointer)
      #expect(x.values == a.map { $0 + $0 } && areIntact(x))
    }
  }

  @Test(arguments: availableKernels) func sumsOverRowsAreExactlyInOrder(_ kernels: KernelSet) {
    for columns in sizes(about: 16) + [64, 70, 131] {
      for rows in [0, 1, 9] {
        var generator = SeededGenerator(state: UInt64(columns))
        let values = generator.floats(rows * columns)
        let x = GuardedBuffer(values), y = GuardedBuffer(count: columns)
        let middle = columns / 3
        for range in [0..<middle, middle..<columns] {
          kernels.table.sum_rows_f32(rows, columns, range.lowerBound, range.upperBound, x.pointer, y.pointer)
        }
        let expected = (0..<columns).map { j in (0..<rows).reduce(Float(0)) { $0 + values[$1 * columns + j] } }
        #expect(y.values == expected && areIntact(x, y))
      }
    }
  }

  @Test(arguments: availableKernels) func sumOfSquaresIsInDouble(_ kernels: KernelSet) {
    for count in sizes(about: 16) + [1000] {
      var generator = SeededGenerator(state: UInt64(count))
      let values = generator.floats(count, in: -1e20...1e20)  // the squares would overflow a Float
      let x = GuardedBuffer(values)
      let exact = values.reduce(0.0) { $0 + Double($1) * Double($1) }
      let found = kernels.table.sum_of_squares_f32(count, x.pointer)
      #expect((found - exact).magnitude <= 1e-13 * exact && areIntact(x))
    }
  }

  @Test(arguments: availableKernels) func oneBadElementIsSeen(_ kernels: KernelSet) {
    for count in sizes(about: 16) {
      let values = [Float](repeating: .greatestFiniteMagnitude, count: count)
      let sound = GuardedBuffer(values, canary: .infinity)
      #expect(kernels.table.all_finite_f32(count, sound.pointer) == 1 && areIntact(sound))
      for i in 0..<count {
        for bad in [Float.nan, .infinity, -.infinity, .signalingNaN] {
          var spoilt = values
          spoilt[i] = bad
          let x = GuardedBuffer(spoilt)
          #expect(kernels.table.all_finite_f32(count, x.pointer) == 0 && areIntact(x))
        }
      }
    }
  }
}

@Suite struct AdamWKernelTests {
  private func run(
    _ kernels: KernelSet, _ args: ck_adamw_args, _ g: [Float], _ w: [Float], _ m: [Float], _ v: [Float]
  ) -> [[Float]] {
    var args = args
    let buffers = [g, w, m, v].map { GuardedBuffer($0) }
    kernels.table.adamw_f32(
      g.count, &args, buffers[0].pointer, buffers[1].pointer, buffers[2].pointer, buffers[3].pointer)
    #expect(buffers.allSatisfy { $0.isIntact })
    return buffers.map(\.values)
  }

  @Test(arguments: availableKernels) func agreesWithDouble(_ kernels: KernelSet) {
    let args = ck_adamw_args(
      learning_rate: 0.125, beta1: 0.875, beta2: 0.984375, epsilon: 0x1p-20, weight_decay: 0.0625,
      bias_correction1: 0.25, bias_correction2: 0.03125, gradient_scale: 0.5)
    for count in sizes(about: 16) {
      var generator = SeededGenerator(state: UInt64(count))
      let g = generator.floats(count), w = generator.floats(count)
      let m = generator.floats(count), v = generator.floats(count, in: 0...1)
      let found = run(kernels, args, g, w, m, v)
      for i in 0..<count {
        let scaled = 0.5 * Double(g[i])
        let first = 0.875 * Double(m[i]) + 0.125 * scaled
        let second = 0.984375 * Double(v[i]) + 0.015625 * scaled * scaled
        var weight = Double(w[i]) - 0.125 * 0.0625 * Double(w[i])
        let step = 0.5 * first / ((second / 0.03125).squareRoot() + 0x1p-20)
        weight -= step
        #expect(found[0][i] == g[i])
        #expect((Double(found[1][i]) - weight).magnitude <= 8 * roundingUnit * (1 + 4 * step.magnitude))
        #expect((Double(found[2][i]) - first).magnitude <= 4 * roundingUnit)
        #expect((Double(found[3][i]) - second).magnitude <= 4 * roundingUnit * second)
      }
      // Cut in two, as two threads would have it.
      for cut in [1, 5, 17] where cut < count {
        let head = run(
          kernels, args, Array(g[..<cut]), Array(w[..<cut]), Array(m[..<cut]), Array(v[..<cut]))
        let tail = run(
          kernels, args, Array(g[cut...]), Array(w[cut...]), Array(m[cut...]), Array(v[cut...]))
        #expect((0..<4).allSatisfy { head[$0] + tail[$0] == found[$0] })
      }
    }
  }
}

@Suite struct EmbeddingKernelTests {
  @Test(arguments: availableKernels) func sumsThreeTables(_ kernels: KernelSet) {
    let ids: [Int32] = [4, 0, 2, 4, 1], positions: [Int32] = [0, 1, 2, 0, 1], types: [Int32] = [0, 0, 1, 1, 0]
    for columns in sizes(about: 16) {
      var generator = SeededGenerator(state: UInt64(columns))
      let tables = [5, 3, 2].map { rows in generator.floats(rows * columns).map { Float(Float16($0)) } }
      let full = tables.map { GuardedBuffer($0) }
      let half = tables.map { GuardedBuffer($0.map { Float16($0).bitPattern }) }
      let y = GuardedBuffer(count: 5 * columns), z = GuardedBuffer(count: 5 * columns)
      kernels.table.embedding_f32(
        5, columns, ids, positions, types, full[0].pointer, full[1].pointer, full[2].pointer, y.pointer)
      kernels.table.embedding_f16(
        5, columns, ids, positions, types, half[0].pointer, half[1].pointer, half[2].pointer, z.pointer)
      let expected = (0..<5).flatMap { t in
        (0..<columns).map { j in
          tables[0][Int(ids[t]) * columns + j] + tables[1][Int(positions[t]) * columns + j]
            + tables[2][Int(types[t]) * columns + j]
        }
      }
      #expect(y.values == expected && z.values == expected && areIntact(y, z))
      #expect((full.map(\.isIntact) + half.map(\.isIntact)).allSatisfy { $0 })
      // VJP, in two ranges of columns.
      let dTable = GuardedBuffer(tables[0])
      for range in [0..<columns / 3, columns / 3..<columns] {
        kernels.table.embedding_vjp_f32(
          5, columns, range.lowerBound, range.upperBound, ids, y.pointer, dTable.pointer)
      }
      var exact = tables[0]
      for t in 0..<5 {
        for j in 0..<columns { exact[Int(ids[t]) * columns + j] += expected[t * columns + j] }
      }
      #expect(dTable.values == exact && areIntact(y, dTable))
    }
  }
}
