import CKernels
import Compute
import TestSupport
import Testing

/// A product of quantised weights, and what the kernel has to give for it.
struct IntegerProduct {
  var m: Int, n: Int, k: Int
  var a: [Float]
  var weights: [Int8]
  var scales: [Float]
  var bias: [Float]?
  var activationScale: Float = 0
  var activationZeroPoint = 0
  /// Of weights stored in four bits.
  var groups: FourBitGroups?

  init(m: Int, n: Int, k: Int, seed: UInt64) {
    (self.m, self.n, self.k) = (m, n, k)
    var generator = SeededGenerator(state: seed)
    a = generator.floats(m * k)
    weights = (0..<n * k).map { _ in Int8.random(in: -128...127, using: &generator) }
    scales = (0..<n).map { _ in Float.random(in: 1e-4...1e-2, using: &generator) }
    bias = generator.floats(n)
  }

  /// With weights of four bits.
  init(m: Int, n: Int, k: Int, group: Int, seed: UInt64) {
    self.init(m: m, n: n, k: k, seed: seed)
    let groups = FourBitGroups(n: n, k: k, group: group, seed: seed)
    weights = groups.weights
    self.groups = groups
  }

  /// The definition, in integers of 64 bits and each rounding of its own.
  func exact() -> [Float] {
    var c: [Float] = []
    for i in 0..<m {
      let row = a[i * k..<(i + 1) * k]
      let largest = row.map(\.magnitude).max() ?? 0
      let scale = activationScale != 0 ? activationScale : largest < 1e-30 ? 0 : largest / 127
      let inverse = activationScale != 0 ? 1 / activationScale : largest < 1e-30 ? 0 : 127 / largest
      let (least, most) = (Float(-128 - activationZeroPoint), Float(127 - activationZeroPoint))
      let q = row.map { Int64(max(least, min(most, ($0 * inverse).rounded(.toNearestOrEven)))) }
      for j in 0..<n {
        var sum: Int64 = 0
        for p in 0..<k { sum += q[p] * Int64(weights[j * k + p]) }
        let product = Float(sum) * (scale * scales[j])
        c.append(bias.map { product + $0[j] } ?? product)
      }
    }
    return c
  }

  /// - Parameters:
  ///   - splitPanels: whether each panel is a call of its own.
  ///   - type: as which weights are packed; nil for the one that the kernels choose.
  func run(
    _ kernels: KernelSet, rows: Range<Int>? = nil, splitPanels: Bool = false, type: ck_type? = nil,
    prepare: (inout ck_gemm_args) -> Void = { _ in }
  ) -> [Float] {
    let table = kernels.table
    let panels = (n + table.gemm_s8_nr - 1) / table.gemm_s8_nr
    let a = GuardedBuffer(a), weights = GuardedBuffer(weights), scales = GuardedBuffer(scales)
    let bias = GuardedBuffer(bias ?? [])
    let c = GuardedBuffer([Float](repeating: -7, count: m * n))
    let type = groups == nil ? type ?? table.gemm_s8_type(n, k, weights.pointer) : CK_TYPE_S4
    let bytes = groups.map { table.gemm_s4_packed_bytes(n, k, $0.group) } ?? table.gemm_s8_packed_bytes(n, k, type)
    let packed = GuardedBuffer([Int32](repeating: 0x5555_5555, count: (bytes + 3) / 4))
    let start = UnsafeMutableRawPointer(packed.pointer).assumingMemoryBound(to: Int8.self)
    for panel in 0..<panels {
      if let groups {
        groups.withWeights(n: n, k: k, scales: self.scales) { table.gemm_s4_pack_b($0, panel, panel + 1, start) }
      } else {
        table.gemm_s8_pack_b(n, k, type, weights.pointer, scales.pointer, panel, panel + 1, start)
      }
    }
    let scratch = GuardedBuffer(count: table.gemm_s8_scratch_count(k, type))
    var args = ck_gemm_args()
    (args.m, args.n, args.k) = (m, n, k)
    args.a = UnsafePointer(a.pointer)
    (args.a_row_stride, args.a_col_stride) = (k, 1)
    args.a_scale = activationScale
    args.a_zero_point = Int32(activationZeroPoint)
    args.b = UnsafeRawPointer(packed.pointer)
    args.b_type = type
    args.b_group = groups?.group ?? 0
    args.c = c.pointer
    args.c_row_stride = n
    if self.bias != nil { args.bias = UnsafePointer(bias.pointer) }
    prepare(&args)
    let rows = rows ?? 0..<m
    for panel in 0..<(splitPanels ? panels : 1) {
      table.gemm_s8(
        &args, rows.lowerBound, rows.upperBound, splitPanels ? panel : 0, splitPanels ? panel + 1 : panels,
        scratch.pointer)
    }
    #expect(areIntact(a, weights, scales, bias, packed, scratch, c), "stray write, \(m)x\(n)x\(k)")
    return c.values
  }
}

extension IntegerProduct {
  /// Activation and residual after the product, and what it was before them.
  func expectEpilogue(_ kernels: KernelSet) {
    let z = exact()
    let residual = GuardedBuffer(z.map { $0 * 0.5 + 1 })
    let preactivation = GuardedBuffer([Float](repeating: 0, count: z.count))
    let c = run(kernels) { args in
      args.activation = CK_ACTIVATION_RELU
      args.residual = UnsafePointer(residual.pointer)
      args.residual_row_stride = n
      args.preactivation = preactivation.pointer
      args.preactivation_row_stride = n
    }
    #expect(c == zip(z, residual.values).map { max(0, $0) + $1 })
    #expect(preactivation.values == z)
    #expect(areIntact(residual, preactivation))
  }
}
