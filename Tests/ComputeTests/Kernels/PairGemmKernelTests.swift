import CKernels
import Compute
import TestSupport
import Testing

extension KernelSet {
  /// Whether it has a product for weights whose pairs fit 16 bits.
  fileprivate var hasPairs: Bool { [.avx2, .avx512].contains(instructionSet) }

  /// The type of weights whose pairs fit.
  fileprivate var pairs: ck_type { hasPairs ? CK_TYPE_S8_PAIRS : CK_TYPE_S8 }
}

extension IntegerProduct {
  fileprivate func type(_ kernels: KernelSet) -> ck_type {
    let weights = GuardedBuffer(weights)
    return kernels.table.gemm_s8_type(n, k, weights.pointer)
  }

  /// Weights that repeat a pair, from each row's left.
  fileprivate mutating func repeatPair(_ pair: (Int8, Int8)) {
    weights = (0..<n * k).map { $0 % k % 2 == 0 ? pair.0 : pair.1 }
  }
}

@Suite struct PairGemmKernelTests {
  @Test(arguments: availableKernels) func givesTheDefinitionBitForBit(_ kernels: KernelSet) {
    let shapes = [
      (1, 1, 1), (1, 2, 3), (1, 65, 70), (2, 31, 5), (2, 200, 97), (3, 33, 17), (1, 384, 384), (4, 40, 66), (5, 64, 64),
      (6, 16, 7), (7, 17, 33), (13, 100, 37), (14, 32, 16), (15, 65, 130), (29, 17, 63), (48, 40, 96), (49, 35, 41),
      (113, 35, 41), (120, 129, 34), (1, 300, 2), (0, 3, 3),
    ]
    var generator = SeededGenerator(state: 98)
    for (index, (m, n, k)) in shapes.enumerated() {
      var product = IntegerProduct(m: m, n: n, k: k, seed: UInt64(index))
      product.weights = (0..<n * k).map { _ in Int8.random(in: -64...64, using: &generator) }
      if index % 3 == 1 { product.bias = nil }
      if index % 4 >= 2 { product.activationScale = 0.004 }
      if index % 4 == 3 { product.activationZeroPoint = Int.random(in: -128...127, using: &generator) }
      #expect(product.type(kernels) == kernels.pairs, "\(m)x\(n)x\(k)")
      let exact = product.exact()
      #expect(product.run(kernels) == exact, "\(m)x\(n)x\(k)")
      #expect(product.run(kernels, splitPanels: true) == exact, "\(m)x\(n)x\(k) by panels")
      #expect(product.run(kernels, type: CK_TYPE_S8) == exact, "\(m)x\(n)x\(k), widened")
    }
  }

  /// Pairs at the border, and activations at the ends of what is stored: 0 and 255.
  @Test(arguments: availableKernels) func pairsUpToTheLimitDoNotSaturate(_ kernels: KernelSet) {
    let pairs: [(Int8, Int8)] = [
      (64, 64), (-64, -64), (127, 1), (1, 127), (-127, -1), (-1, -127), (-128, 0), (0, -128), (100, 28), (127, -128),
      (-128, 127), (-128, 64),
    ]
    for k in [2, 4, 7, 63, 64, 768, 3071] {
      for pair in pairs {
        var product = IntegerProduct(m: 7, n: 34, k: k, seed: 1)
        product.repeatPair(pair)
        #expect(product.type(kernels) == kernels.pairs, "\(pair)")
        product.activationScale = 0x1p-7
        for zeroPoint in [-128, -1, 0, 1, 127] {
          product.activationZeroPoint = zeroPoint
          // All at one end, neighbours at both, and pairs of pairs at both.
          for (low, high, period) in [(-3, -3, 1), (3, 3, 1), (-3, 3, 1), (3, -3, 1), (-3, 3, 2)]
            as [(Float, Float, Int)]
          {
            product.a = (0..<7 * k).map { $0 % k / period % 2 == 0 ? low : high }
            #expect(
              product.run(kernels) == product.exact(), "depth \(k), \(pair), zero at \(zeroPoint), \(low), \(high)")
          }
        }
      }
    }
  }

  /// Every zero point, with rows that reach both ends.
  @Test(arguments: availableKernels) func everyZeroPoint(_ kernels: KernelSet) {
    var generator = SeededGenerator(state: 97)
    var product = IntegerProduct(m: 5, n: 20, k: 22, seed: 2)
    product.weights = (0..<20 * 22).map { _ in Int8.random(in: -64...64, using: &generator) }
    product.activationScale = 0x1p-6
    product.a = generator.floats(5 * 22, in: -5...5)
    for zeroPoint in -128...127 {
      product.activationZeroPoint = zeroPoint
      #expect(product.run(kernels) == product.exact(), "zero at \(zeroPoint)")
    }
  }

  /// One pair beyond the limit, wherever it is, and all weights are widened.
  @Test(arguments: availableKernels) func aPairBeyondTheLimitTakesTheOtherProduct(_ kernels: KernelSet) {
    for k in [2, 5, 64, 130] {
      for pair in [(127, 2), (2, 127), (65, 64), (-65, -64), (-128, -1), (127, 127), (-128, -128)] as [(Int8, Int8)] {
        for place in [0, k / 4 * 2, (k / 2 - 1) * 2] {
          for row in [0, 16, 33] {
            var product = IntegerProduct(m: 7, n: 34, k: k, seed: 3)
            product.weights = [Int8](repeating: 64, count: 34 * k)
            product.weights[row * k + place] = pair.0
            product.weights[row * k + place + 1] = pair.1
            product.activationScale = 0x1p-7
            product.a = [Float](repeating: 3, count: 7 * k)
            #expect(product.type(kernels) == CK_TYPE_S8, "\(pair) at \(row), \(place)")
            #expect(product.run(kernels) == product.exact(), "\(pair) at \(row), \(place)")
          }
        }
      }
    }
  }

  /// A pair begins at an even depth; the last weight of an odd depth has no other.
  @Test(arguments: availableKernels) func pairsAreThoseOfARow(_ kernels: KernelSet) {
    var product = IntegerProduct(m: 3, n: 4, k: 5, seed: 4)
    product.weights = [
      1, 127, 127, 1, 127,
      127, 1, 1, 127, -128,
      -1, -127, -127, -1, -128,
      0, 127, 127, 0, 127,
    ]
    product.activationScale = 0x1p-7
    product.activationZeroPoint = -128
    product.a = [Float](repeating: 3, count: 15)
    #expect(product.type(kernels) == kernels.pairs)
    #expect(product.run(kernels) == product.exact())
  }

  /// The limit is no larger than it must be, and the product in question is the one that runs: one above it, 16 bits are full.
  @Test(arguments: availableKernels.filter(\.hasPairs)) func oneAboveTheLimitSaturates(_ kernels: KernelSet) {
    var product = IntegerProduct(m: 1, n: 1, k: 2, seed: 5)
    (product.activationScale, product.a, product.scales, product.bias) = (0x1p-7, [3, 3], [0x1p7], nil)
    product.weights = [65, 64]
    #expect(product.exact() == [127 * 129])
    // Stored as 255; 255 * 129 = 32895 becomes 32767.
    #expect(product.run(kernels, type: CK_TYPE_S8_PAIRS) == [127 * 129 - (32895 - 32767)])
    product.weights = [64, 64]
    #expect(product.run(kernels, type: CK_TYPE_S8_PAIRS) == product.exact())
  }

  @Test(arguments: availableKernels) func zerosInfinitiesAndTinyNumbers(_ kernels: KernelSet) {
    var product = IntegerProduct(m: 4, n: 33, k: 20, seed: 6)
    product.weights = product.weights.map { $0 / 2 }
    for p in 0..<20 { product.a[p] = 0 }
    for p in 20..<40 { product.a[p] = 1e-38 }
    product.a[45] = .infinity
    product.a[70] = .nan
    #expect(product.type(kernels) == kernels.pairs)
    let c = product.run(kernels)
    #expect(Array(c[0..<33]) == product.bias)
    #expect(Array(c[33..<66]) == product.bias)
    #expect(c[66...].allSatisfy { $0.isNaN })
  }

  @Test(arguments: availableKernels) func epilogue(_ kernels: KernelSet) {
    var product = IntegerProduct(m: 16, n: 45, k: 30, seed: 7)
    product.weights = product.weights.map { $0 / 2 }
    product.expectEpilogue(kernels)
  }

  /// What a model's layer is packed as follows from its weights alone.
  @Test(arguments: availableKernels) func layersArePackedByTheirWeights(_ kernels: KernelSet) throws {
    let backend = try CPUBackend(instructionSet: kernels.instructionSet, threadCount: 2)
    let safe = [Int8](repeating: 64, count: 40 * 24)
    var other = safe
    other[40 * 24 - 2] = 65
    let scratch = try ScratchDirectory()
    for (values, fits) in [(safe, kernels.hasPairs), (other, false)] {
      let file = try MappedFile(url: try scratch.write(values.map { UInt8(bitPattern: $0) }, "weights-\(fits)"))
      let stored = try QuantizedValues(
        bytes: MappedBytes(file: file, range: 0..<file.byteCount), scales: [Float](repeating: 0.01, count: 40),
        columns: 24)
      let rows = QuantizedMatrix(rows: 40, columns: 24, values: values, steps: stored.scales)
      let layers = [
        try backend.packed(quantized: [stored], bias: nil, inputs: 24),
        try backend.packed(quantized: [stored, stored], bias: nil, inputs: 24),
        try backend.packed(rows: [rows], bias: nil, inputs: 24),
      ]
      #expect(layers.map(\.multipliesPairs) == [fits, fits, fits])
      var generator = SeededGenerator(state: 8)
      var product = IntegerProduct(m: 50, n: 40, k: 24, seed: 8)
      (product.a, product.weights, product.scales) = (generator.floats(50 * 24), values, stored.scales)
      product.bias = nil
      let x = try backend.upload(product.a, shape: [50, 24])
      #expect(try backend.read(backend.linear(x, layers[0])) == product.exact())
    }
    // One of several that doesn't fit is enough.
    let matrices = [safe, other].map {
      QuantizedMatrix(rows: 40, columns: 24, values: $0, steps: [Float](repeating: 0.01, count: 40))
    }
    #expect(try !backend.packed(rows: matrices, bias: nil, inputs: 24).multipliesPairs)
  }
}
