import CKernels
import Compute
import TestSupport
import Testing

/// The operands of a product, with a and b stored by rows or by columns.
private struct Product {
  var m: Int, n: Int, k: Int
  var aTransposed = false, bTransposed = false, isHalf = false
  var a: [Float], b: [Float]

  init(m: Int, n: Int, k: Int, seed: UInt64) {
    (self.m, self.n, self.k) = (m, n, k)
    var generator = SeededGenerator(state: seed)
    a = generator.floats(m * k)
    b = generator.floats(n * k).map { Float(Float16($0)) }  // exact in both formats
  }

  var aStrides: (row: Int, column: Int) { aTransposed ? (1, m) : (k, 1) }
  var bStrides: (n: Int, k: Int) { bTransposed ? (k, 1) : (1, n) }

  /// sum_p a[i, p] b[p, j], and the sum of magnitudes.
  func exact() -> (values: [Double], magnitudes: [Double]) {
    var values = [Double](repeating: 0, count: m * n), magnitudes = values
    for i in 0..<m {
      for j in 0..<n {
        for p in 0..<k {
          let term =
            Double(a[i * aStrides.row + p * aStrides.column]) * Double(b[p * bStrides.k + j * bStrides.n])
          values[i * n + j] += term
          magnitudes[i * n + j] += term.magnitude
        }
      }
    }
    return (values, magnitudes)
  }

  /// Runs the kernel on some rows; `prepare` sets the epilogue.
  func run(
    _ kernels: KernelSet, rows: Range<Int>? = nil, splitPanels: Bool = false, c: GuardedBuffer<Float>,
    prepare: (inout ck_gemm_args) -> Void = { _ in }
  ) {
    let table = kernels.table
    let panels = (n + table.gemm_nr - 1) / table.gemm_nr
    let count = table.gemm_packed_count(n, k)
    let a = GuardedBuffer(a), b = GuardedBuffer(b)
    let packed = GuardedBuffer(count: count)
    let packedHalf = GuardedBuffer([UInt16](repeating: 0x7E01, count: count))
    let half = GuardedBuffer(self.b.map { Float16($0).bitPattern })
    for panel in 0..<panels {
      if isHalf {
        table.gemm_pack_b_f16(
          n, k, half.pointer, bStrides.n, bStrides.k, panel, panel + 1, packedHalf.pointer)
      } else {
        table.gemm_pack_b_f32(n, k, b.pointer, bStrides.n, bStrides.k, panel, panel + 1, packed.pointer)
      }
    }
    let scratch = GuardedBuffer(count: table.gemm_scratch_count(k))
    var args = ck_gemm_args()
    (args.m, args.n, args.k) = (m, n, k)
    args.a = UnsafePointer(a.pointer)
    (args.a_row_stride, args.a_col_stride) = aStrides
    args.b = isHalf ? UnsafeRawPointer(packedHalf.pointer) : UnsafeRawPointer(packed.pointer)
    args.b_type = isHalf ? CK_TYPE_F16 : CK_TYPE_F32
    args.c = c.pointer
    args.c_row_stride = n
    prepare(&args)
    let rows = rows ?? 0..<m
    if splitPanels {
      for panel in 0..<panels {
        table.gemm(&args, rows.lowerBound, rows.upperBound, panel, panel + 1, scratch.pointer)
      }
    } else {
      table.gemm(&args, rows.lowerBound, rows.upperBound, 0, panels, scratch.pointer)
    }
    #expect(areIntact(a, b, half, packed, packedHalf, scratch, c), "stray write, \(self.shape)")
  }

  var shape: String { "\(m)x\(n)x\(k) \(aTransposed ? "aT " : "")\(bTransposed ? "bT " : "")\(isHalf ? "f16" : "")" }
}

@Suite struct GemmKernelTests {
  @Test(arguments: productKernels) func agreesWithDouble(_ kernels: KernelSet) {
    let mr = kernels.table.gemm_mr, nr = kernels.table.gemm_nr
    var seed: UInt64 = 1
    for m in [0, 1, 2, 3, 4, mr - 1, mr, mr + 1, 3 * mr, kernels.table.gemm_row_block + mr + 1] {
      for n in [0, 1, nr - 1, nr, nr + 1, 3 * nr, 4 * nr + 3] {
        for k in [0, 1, 7, 8, 17, 33] {
          seed += 1
          var product = Product(m: m, n: n, k: k, seed: seed)
          product.aTransposed = seed & 1 != 0
          product.bTransposed = seed & 2 != 0
          product.isHalf = seed % 5 == 0
          let c = GuardedBuffer(count: m * n)
          product.run(kernels, c: c)
          let exact = product.exact()
          let worst = worstRatio(c.values, exact.values) {
            Double(k + 1) * roundingUnit * (exact.magnitudes[$0] + 1e-30)
          }
          #expect(worst <= 1, "\(product.shape), seed \(seed)")
        }
      }
    }
  }

  @Test(arguments: productKernels) func agreesWithDoubleBeyondTheDepthBlock(_ kernels: KernelSet) {
    for (k, layout) in [(383, 0), (384, 1), (385, 2), (800, 3), (1153, 4), (769, 5), (768, 6), (500, 7)] {
      var product = Product(m: 19, n: 37, k: k, seed: UInt64(k))
      product.aTransposed = layout & 1 != 0
      product.bTransposed = layout & 2 != 0
      product.isHalf = layout & 4 != 0
      let c = GuardedBuffer(count: product.m * product.n)
      product.run(kernels, c: c)
      let exact = product.exact()
      let worst = worstRatio(c.values, exact.values) { Double(k) * roundingUnit * exact.magnitudes[$0] }
      #expect(worst <= 1, "\(product.shape)")
    }
  }

  @Test(arguments: productKernels) func anElementDoesNotDependOnItsRange(_ kernels: KernelSet) {
    for (k, isHalf) in [(33, false), (400, false), (33, true), (400, true)] {
      var product = Product(m: 100, n: 4 * kernels.table.gemm_nr + 3, k: k, seed: UInt64(k))
      product.isHalf = isHalf
      let n = product.n
      var generator = SeededGenerator(state: 5)
      let bias = GuardedBuffer(generator.floats(n))
      let epilogue = { (args: inout ck_gemm_args) in
        args.bias = UnsafePointer(bias.pointer)
        args.activation = CK_ACTIVATION_GELU
      }
      let whole = GuardedBuffer(count: 100 * n)
      product.run(kernels, c: whole, prepare: epilogue)
      for rows in [0..<1, 57..<58, 99..<100, 3..<5, 10..<13, 20..<26, 30..<37, 40..<48, 1..<14, 50..<99] {
        for splitPanels in [false, true] {
          let part = GuardedBuffer(count: 100 * n)
          product.run(kernels, rows: rows, splitPanels: splitPanels, c: part, prepare: epilogue)
          let range = rows.lowerBound * n..<rows.upperBound * n
          #expect(part.bits[range] == whole.bits[range], "rows \(rows), \(product.shape)")
          let others = part.values[..<range.lowerBound] + part.values[range.upperBound...]
          #expect(others.allSatisfy { $0 == -77 }, "rows \(rows) wrote others")
        }
        // The same rows as a product of their own.
        var alone = product
        alone.m = rows.count
        alone.a = Array(product.a[rows.lowerBound * k..<rows.upperBound * k])
        let part = GuardedBuffer(count: rows.count * n)
        alone.run(kernels, c: part, prepare: epilogue)
        #expect(part.bits == Array(whole.bits[rows.lowerBound * n..<rows.upperBound * n]), "rows \(rows) alone")
      }
      #expect(areIntact(bias))
    }
  }

  @Test func setsAgreeBitForBit() {
    for (m, n, k) in [(31, 75, 801), (1, 33, 384), (15, 16, 385), (2, 5, 0)] {
      let product = Product(m: m, n: n, k: k, seed: 3)
      var generator = SeededGenerator(state: 4)
      let bias = GuardedBuffer(generator.floats(n)), residual = GuardedBuffer(generator.floats(m * n))
      for activation in [CK_ACTIVATION_NONE, CK_ACTIVATION_GELU, CK_ACTIVATION_TANH] {
        let same = agree(productKernels) { kernels in
          let c = GuardedBuffer(count: m * n)
          product.run(kernels, c: c) { args in
            args.bias = UnsafePointer(bias.pointer)
            args.activation = activation
            args.residual = UnsafePointer(residual.pointer)
            args.residual_row_stride = n
          }
          return c.bits
        }
        #expect(same, "\(m) x \(n) x \(k), activation \(activation.rawValue)")
      }
      let before = generator.floats(m * n)
      let accumulated = agree(productKernels) { kernels in
        let c = GuardedBuffer(before)
        product.run(kernels, c: c) { $0.accumulate = 1 }
        return c.bits
      }
      #expect(accumulated, "\(m) x \(n) x \(k), accumulated")
      #expect(areIntact(bias, residual))
    }
  }

  @Test(arguments: productKernels) func accumulates(_ kernels: KernelSet) {
    for k in [0, 5, 390] {
      let product = Product(m: 17, n: 41, k: k, seed: 9)
      var generator = SeededGenerator(state: 10)
      let before = generator.floats(product.m * product.n)
      let c = GuardedBuffer(before)
      product.run(kernels, c: c) { $0.accumulate = 1 }
      let exact = product.exact()
      let worst = worstRatio(c.values, zip(exact.values, before).map { $0 + Double($1) }) {
        Double(k + 2) * roundingUnit * (exact.magnitudes[$0] + 1)
      }
      #expect(worst <= 1, "k \(k)")
    }
  }

  @Test(arguments: productKernels) func epilogueIsAppliedInOrder(_ kernels: KernelSet) {
    let activations = [
      CK_ACTIVATION_NONE, CK_ACTIVATION_GELU, CK_ACTIVATION_GELU_TANH, CK_ACTIVATION_RELU, CK_ACTIVATION_TANH,
    ]
    for activation in activations {
      for k in [0, 24, 400] {
        let product = Product(m: 23, n: 37, k: k, seed: 11)
        var generator = SeededGenerator(state: 12)
        let bias = GuardedBuffer(generator.floats(product.n))
        let residual = GuardedBuffer(generator.floats(product.m * (product.n + 2)))
        let z = GuardedBuffer(count: product.m * (product.n + 1))
        let c = GuardedBuffer(count: product.m * product.n)
        product.run(kernels, c: c) { args in
          args.bias = UnsafePointer(bias.pointer)
          args.activation = activation
          args.preactivation = z.pointer
          args.preactivation_row_stride = product.n + 1
          args.residual = UnsafePointer(residual.pointer)
          args.residual_row_stride = product.n + 2
        }
        #expect(areIntact(z, bias, residual))
        let exact = product.exact()
        for i in 0..<product.m {
          for j in 0..<product.n {
            let preactivation = exact.values[i * product.n + j] + Double(bias.values[j])
            let allowed = Double(k + 8) * roundingUnit * (exact.magnitudes[i * product.n + j] + 2)
            let found = z.values[i * (product.n + 1) + j]
            #expect((Double(found) - preactivation).magnitude <= allowed)
            let y = exactActivation(activation, preactivation) + Double(residual.values[i * (product.n + 2) + j])
            #expect((Double(c.values[i * product.n + j]) - y).magnitude <= 1.2 * allowed)
          }
        }
      }
    }
  }

  @Test(arguments: productKernels) func generalStridesArePacked(_ kernels: KernelSet) {
    // a and b inside wider matrices, every other column.
    let m = 20, n = 35, k = 19
    var generator = SeededGenerator(state: 21)
    let a = GuardedBuffer(generator.floats(m * 2 * k + 9)), b = GuardedBuffer(generator.floats(k * 3 * n))
    let table = kernels.table
    let panels = (n + table.gemm_nr - 1) / table.gemm_nr
    let packed = GuardedBuffer(count: table.gemm_packed_count(n, k))
    table.gemm_pack_b_f32(n, k, b.pointer, 3, 3 * n, 0, panels, packed.pointer)
    let scratch = GuardedBuffer(count: table.gemm_scratch_count(k)), c = GuardedBuffer(count: m * n)
    var args = ck_gemm_args()
    (args.m, args.n, args.k) = (m, n, k)
    args.a = UnsafePointer(a.pointer)
    (args.a_row_stride, args.a_col_stride) = (2 * k, 2)
    args.b = UnsafeRawPointer(packed.pointer)
    args.c = c.pointer
    args.c_row_stride = n
    table.gemm(&args, 0, m, 0, panels, scratch.pointer)
    for i in 0..<m {
      for j in 0..<n {
        let exact = (0..<k).reduce(0.0) {
          $0 + Double(a.values[i * 2 * k + 2 * $1]) * Double(b.values[$1 * 3 * n + 3 * j])
        }
        #expect((Double(c.values[i * n + j]) - exact).magnitude <= Double(k * k) * roundingUnit)
      }
    }
    #expect(areIntact(a, b, c, packed, scratch))
  }
}
