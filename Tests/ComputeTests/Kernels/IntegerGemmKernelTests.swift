import CKernels
import Compute
import Foundation
import TestSupport
import Testing

private let shapes: [(Int, Int, Int)] = [
  (1, 1, 1), (1, 2, 3), (2, 31, 5), (3, 33, 17), (1, 384, 384), (5, 64, 64), (13, 100, 37), (14, 32, 16), (15, 65, 130),
  (29, 17, 63), (48, 40, 96), (113, 35, 41), (120, 129, 33), (1, 300, 2), (2, 200, 97), (0, 3, 3),
]

@Suite struct IntegerGemmKernelTests {
  @Test(arguments: availableKernels) func givesTheDefinitionBitForBit(_ kernels: KernelSet) {
    var generator = SeededGenerator(state: 99)
    for (index, (m, n, k)) in shapes.enumerated() {
      var product = IntegerProduct(m: m, n: n, k: k, seed: UInt64(index))
      if index % 3 == 1 { product.bias = nil }
      if index % 4 >= 2 { product.activationScale = 0.004 }
      if index % 4 == 3 { product.activationZeroPoint = Int.random(in: -128...127, using: &generator) }
      #expect(product.run(kernels) == product.exact(), "\(m)x\(n)x\(k)")
      #expect(product.run(kernels, splitPanels: true) == product.exact(), "\(m)x\(n)x\(k) by panels")
    }
  }

  @Test(arguments: availableKernels) func weightsOfFourBitsGiveTheDefinitionBitForBit(_ kernels: KernelSet) {
    let shapes = [
      (1, 1, 32, 32), (1, 40, 64, 32), (3, 33, 96, 32), (5, 64, 128, 64), (14, 32, 384, 64), (15, 65, 384, 128),
      (29, 17, 128, 128), (2, 200, 96, 96), (113, 35, 160, 32), (120, 129, 64, 64), (0, 3, 32, 32),
    ]
    for (index, (m, n, k, group)) in shapes.enumerated() {
      let product = IntegerProduct(m: m, n: n, k: k, group: group, seed: UInt64(index))
      #expect(product.run(kernels) == product.exact(), "\(m)x\(n)x\(k), groups of \(group)")
      #expect(product.run(kernels, splitPanels: true) == product.exact(), "\(m)x\(n)x\(k) by panels")
    }
  }

  /// Four bits all at the extremes: the largest sums of 16 bits, with one sign and with signs that cancel.
  @Test(arguments: availableKernels) func noProductOfFourBitsSaturates(_ kernels: KernelSet) {
    for (k, group) in [(32, 32), (128, 64), (3072, 128)] {
      for (value, multiplier) in [(15, 15), (15, 1), (0, 15), (15, 0)] {
        var product = IntegerProduct(m: 7, n: 34, k: k, seed: 1)
        let groups = FourBitGroups(n: 34, k: k, group: group, seed: 2, value: value, multiplier: multiplier)
        (product.groups, product.weights) = (groups, groups.weights)
        for period in [1, 2, 4, 8, 64, 7 * k] {
          product.a = (0..<7 * k).map { $0 / period % 2 == 0 ? 1 : -1 }
          #expect(product.run(kernels) == product.exact(), "depth \(k), \(value) times \(multiplier), period \(period)")
        }
        product.a = [Float](repeating: -1, count: 7 * k)
        #expect(product.run(kernels) == product.exact(), "depth \(k), \(value) times \(multiplier), all negative")
        // With a given step a value becomes -128.
        product.activationScale = 0x1p-7
        #expect(product.run(kernels) == product.exact(), "depth \(k), \(value) times \(multiplier), all -128")
      }
    }
  }

  /// All at the extremes: what saturates 16 bits, and the largest sums of 32 bits.
  @Test(arguments: availableKernels) func noProductSaturates(_ kernels: KernelSet) {
    for k in [1, 2, 4, 63, 64, 768, 3072, 65536] {
      for (activation, weight) in [(1, 127), (1, -128), (-1, -128), (-1, 127)] as [(Float, Int8)] {
        var product = IntegerProduct(m: 3, n: 34, k: k, seed: 1)
        product.a = [Float](repeating: activation, count: 3 * k)
        product.weights = [Int8](repeating: weight, count: 34 * k)
        #expect(product.run(kernels) == product.exact(), "depth \(k), \(activation) by \(weight)")
        // Neighbours of opposite signs: what a wrong order of pairs would cancel.
        for p in stride(from: 1, to: 3 * k, by: 2) { product.a[p] = -activation }
        #expect(product.run(kernels) == product.exact(), "depth \(k), alternating")
        // With a given step a value becomes -128.
        product.activationScale = 0x1p-7
        #expect(product.run(kernels) == product.exact(), "depth \(k), alternating, to -128")
        product.a = [Float](repeating: -1, count: 3 * k)
        #expect(product.run(kernels) == product.exact(), "depth \(k), all -128")
        // With a zero point at an end a value becomes 255 or -255.
        for zeroPoint in [-128, 127] {
          product.activationZeroPoint = zeroPoint
          product.a = [Float](repeating: zeroPoint < 0 ? 2 : -2, count: 3 * k)
          #expect(product.run(kernels) == product.exact(), "depth \(k), zero at \(zeroPoint)")
        }
      }
    }
  }

  @Test(arguments: availableKernels) func aRowDoesNotDependOnItsNeighbours(_ kernels: KernelSet) {
    let product = IntegerProduct(m: 37, n: 70, k: 50, seed: 3)
    let whole = product.run(kernels)
    for rows in [0..<1, 1..<15, 15..<37, 36..<37] {
      let part = product.run(kernels, rows: rows)
      #expect(part[rows.lowerBound * 70..<rows.upperBound * 70] == whole[rows.lowerBound * 70..<rows.upperBound * 70])
      #expect(part[..<(rows.lowerBound * 70)].allSatisfy { $0 == -7 })
    }
  }

  @Test(arguments: availableKernels) func zerosInfinitiesAndTinyNumbers(_ kernels: KernelSet) {
    var product = IntegerProduct(m: 5, n: 33, k: 20, seed: 4)
    for p in 0..<20 { product.a[p] = 0 }
    for p in 20..<40 { product.a[p] = 1e-38 }
    product.a[45] = .infinity
    product.a[70] = .nan
    product.weights.replaceSubrange(0..<20, with: repeatElement(0, count: 20))
    let c = product.run(kernels)
    #expect(Array(c[0..<33]) == product.bias)
    #expect(Array(c[33..<66]) == product.bias)
    #expect(c[66..<132].allSatisfy { $0.isNaN })
    #expect(c[132] == product.bias?[0])
    #expect(c[132...].allSatisfy { $0.isFinite })
  }

  @Test(arguments: availableKernels) func epilogue(_ kernels: KernelSet) {
    IntegerProduct(m: 16, n: 45, k: 30, seed: 5).expectEpilogue(kernels)
  }

  @Test(arguments: availableKernels) func embeddingsAreTheDefinitionBitForBit(_ kernels: KernelSet) {
    var generator = SeededGenerator(state: 6)
    for columns in [1, 7, 8, 16, 17, 40, 384] {
      let tables = [50, 12, 2].map { rows in
        (
          rows: (0..<rows * columns).map { _ in Int8.random(in: -128...127, using: &generator) },
          scales: (0..<rows).map { _ in Float.random(in: 1e-4...1e-2, using: &generator) }
        )
      }
      let indices = [50, 12, 2].map { rows in (0..<9).map { _ in Int32.random(in: 0..<Int32(rows), using: &generator) }
      }
      var expected: [Float] = []
      for t in 0..<9 {
        for j in 0..<columns {
          let terms = (0..<3).map { table -> Float in
            let row = Int(indices[table][t])
            return Float(tables[table].rows[row * columns + j]) * tables[table].scales[row]
          }
          expected.append(terms[0] + terms[1] + terms[2])
        }
      }
      let values = tables.map { GuardedBuffer($0.rows) }, scales = tables.map { GuardedBuffer($0.scales) }
      let ids = indices.map { GuardedBuffer($0) }
      let y = GuardedBuffer([Float](repeating: 0, count: 9 * columns))
      var arguments = (0..<3).map { ck_table_s8(rows: values[$0].pointer, scales: scales[$0].pointer) }
      arguments.withUnsafeMutableBufferPointer { tables in
        guard let first = tables.baseAddress else { return }
        kernels.table.embedding_s8(
          9, columns, ids[0].pointer, ids[1].pointer, ids[2].pointer, first, first + 1, first + 2, y.pointer)
      }
      #expect(y.values == expected, "\(columns) columns")
      #expect(areIntact(y) && ids.allSatisfy { $0.isIntact })
      #expect(values.allSatisfy { $0.isIntact } && scales.allSatisfy { $0.isIntact })
    }
  }

  @Test(arguments: availableKernels) func embeddingsOfFourBitsAreTheDefinitionBitForBit(_ kernels: KernelSet) {
    var generator = SeededGenerator(state: 7)
    for (columns, group) in [(32, 32), (96, 32), (384, 64)] {
      let counts = [50, 12, 2]
      let tables = counts.map { FourBitGroups(n: $0, k: columns, group: group, seed: UInt64($0)) }
      let scales = counts.map { rows in (0..<rows).map { _ in Float.random(in: 1e-4...1e-2, using: &generator) } }
      let indices = counts.map { rows in
        (0..<9).map { _ in Int32.random(in: 0..<Int32(rows), using: &generator) }
      }
      var expected: [Float] = []
      for t in 0..<9 {
        for j in 0..<columns {
          let terms = (0..<3).map { table -> Float in
            let row = Int(indices[table][t])
            return Float(tables[table].weights[row * columns + j]) * scales[table][row]
          }
          expected.append(terms[0] + terms[1] + terms[2])
        }
      }
      let ids = indices.map { GuardedBuffer($0) }
      let y = GuardedBuffer([Float](repeating: 0, count: 9 * columns))
      tables[0].withWeights(n: 50, k: columns, scales: scales[0]) { word in
        tables[1].withWeights(n: 12, k: columns, scales: scales[1]) { position in
          tables[2].withWeights(n: 2, k: columns, scales: scales[2]) { type in
            kernels.table.embedding_s4(
              9, ids[0].pointer, ids[1].pointer, ids[2].pointer, word, position, type, y.pointer)
          }
        }
      }
      #expect(y.values == expected, "\(columns) columns")
      #expect(areIntact(y) && ids.allSatisfy { $0.isIntact })
    }
  }
}
