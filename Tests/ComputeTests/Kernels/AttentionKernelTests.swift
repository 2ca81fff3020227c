import CKernels
import Compute
import Foundation
import TestSupport
import Testing

/// One head in double: the formulas of attention_f32.c.
private struct ExactAttention {
  var queries: Int, length: Int, size: Int, scale: Double
  var q: [Double], k: [Double], v: [Double], factor: [Double]

  func forward() -> (context: [Double], probabilities: [Double], logSumExp: [Double]) {
    var context = [Double](repeating: 0, count: queries * size)
    var probabilities = [Double](repeating: 0, count: queries * length)
    var logSumExp = [Double](repeating: 0, count: queries)
    for i in 0..<queries {
      let scores = (0..<length).map { j in
        scale * (0..<size).reduce(0) { $0 + q[i * size + $1] * k[j * size + $1] }
      }
      let largest = scores.max() ?? 0
      logSumExp[i] = largest + log(scores.reduce(0) { $0 + exp($1 - largest) })
      for j in 0..<length {
        let p = exp(scores[j] - logSumExp[i])
        probabilities[i * length + j] = p
        for d in 0..<size { context[i * size + d] += factor[i * length + j] * p * v[j * size + d] }
      }
    }
    return (context, probabilities, logSumExp)
  }

  func vjp(_ g: [Double]) -> (q: [Double], k: [Double], v: [Double]) {
    let p = forward().probabilities
    var dq = [Double](repeating: 0, count: queries * size), dk = [Double](repeating: 0, count: length * size), dv = dk
    for i in 0..<queries {
      let dp = (0..<length).map { j in
        factor[i * length + j] * (0..<size).reduce(0) { $0 + g[i * size + $1] * v[j * size + $1] }
      }
      let mean = (0..<length).reduce(0) { $0 + p[i * length + $1] * dp[$1] }
      for j in 0..<length {
        let ds = scale * p[i * length + j] * (dp[j] - mean)
        for d in 0..<size {
          dq[i * size + d] += ds * k[j * size + d]
          dk[j * size + d] += ds * q[i * size + d]
          dv[j * size + d] += factor[i * length + j] * p[i * length + j] * g[i * size + d]
        }
      }
    }
    return (dq, dk, dv)
  }
}

/// q, k, v of one head, side by side in rows as in a fused projection, and what the kernels made of them. Rows of q beyond
/// the queries hold numbers that nobody is to read.
private struct Head {
  let queries: Int, length: Int, size: Int, stride: Int
  let scale: Float
  var dropout: ck_dropout
  let offset: UInt64 = 12_345
  let packed: GuardedBuffer<Float>  // rows [q | k | v | one more]
  let g: GuardedBuffer<Float>

  init(
    length: Int, size: Int, queries: Int? = nil, magnitude: Float = 1, threshold: UInt32 = 0, seed: UInt64 = 1
  ) {
    (self.length, self.size, self.queries) = (length, size, queries ?? length)
    stride = 3 * size + 1
    scale = 1 / Float(size).squareRoot()
    dropout = ck_dropout(key: 3, stream: 8, threshold: threshold, scale: threshold == 0 ? 1 : 1.25)
    var generator = SeededGenerator(state: seed &+ UInt64(length * 1000 + size))
    packed = GuardedBuffer(generator.floats(length * stride, in: -magnitude...magnitude))
    g = GuardedBuffer(generator.floats(self.queries * size))
  }

  func part(_ index: Int) -> [Double] {
    let values = packed.values
    return (0..<(index == 0 ? queries : length) * size).map {
      Double(values[$0 / size * stride + index * size + $0 % size])
    }
  }

  var exact: ExactAttention {
    let scalar = KernelSet(.scalar)?.table
    let factors = GuardedBuffer([Float](repeating: 1, count: queries * length))
    var dropout = dropout
    scalar?.dropout_f32(factors.count, &dropout, offset, factors.pointer, factors.pointer)
    #expect(areIntact(factors))
    return ExactAttention(
      queries: queries, length: length, size: size, scale: Double(scale), q: part(0), k: part(1), v: part(2),
      factor: factors.values.map { Double($0) })
  }

  func arguments(context: GuardedBuffer<Float>, logSumExp: GuardedBuffer<Float>?) -> ck_attention_args {
    var args = ck_attention_args()
    (args.queries, args.length, args.head_size, args.scale) = (queries, length, size, scale)
    args.q = UnsafePointer(packed.pointer)
    args.q_row_stride = stride
    args.k = UnsafePointer(packed.pointer + size)
    args.v = UnsafePointer(packed.pointer + 2 * size)
    args.row_stride = stride
    args.context = context.pointer
    args.context_row_stride = size
    args.log_sum_exp = logSumExp?.pointer
    args.dropout = dropout
    args.dropout_offset = offset
    return args
  }

  func run(_ kernels: KernelSet) -> (context: GuardedBuffer<Float>, logSumExp: GuardedBuffer<Float>) {
    let context = GuardedBuffer(count: queries * size), logSumExp = GuardedBuffer(count: queries)
    let scratch = GuardedBuffer(count: kernels.table.attention_scratch_count(length, size))
    var args = arguments(context: context, logSumExp: logSumExp)
    kernels.table.attention_f32(&args, scratch.pointer)
    #expect(areIntact(packed, context, logSumExp, scratch))
    return (context, logSumExp)
  }

  /// d_q, d_k, d_v side by side, in rows of 3 * size; that of a row that doesn't ask stays 0.
  func runVJP(_ kernels: KernelSet) -> [Float] {
    let (context, logSumExp) = run(kernels)
    let scratch = GuardedBuffer(count: kernels.table.attention_vjp_scratch_count(length, size))
    let d = GuardedBuffer([Float](repeating: 0, count: length * 3 * size))
    var args = ck_attention_vjp_args()
    args.forward = arguments(context: context, logSumExp: logSumExp)
    args.d_context = UnsafePointer(g.pointer)
    args.d_context_row_stride = size
    (args.d_q, args.d_k, args.d_v) = (d.pointer, d.pointer + size, d.pointer + 2 * size)
    args.d_row_stride = 3 * size
    kernels.table.attention_vjp_f32(&args, scratch.pointer)
    #expect(areIntact(packed, g, context, logSumExp, d, scratch))
    return d.values
  }
}

@Suite struct AttentionKernelTests {
  private static let shapes = [
    (0, 8), (1, 1), (1, 32), (2, 5), (3, 64), (7, 8), (8, 16), (15, 32), (16, 32), (17, 33), (31, 64), (33, 32),
    (48, 24), (65, 7), (101, 32), (130, 64),
  ]

  /// Each shape with all tokens asking, and with fewer: the first alone, none, and more than a block of rows.
  private static let heads = shapes.flatMap { length, size in
    [length, 1, 0, 33].filter { $0 <= length }.map { (queries: $0, length: length, size: size) }
  }

  @Test func setsAgreeBitForBit() {
    for (queries, length, size) in Self.heads {
      for threshold: UInt32 in [0, 0x3333_3333] {
        let head = Head(length: length, size: size, queries: queries, magnitude: 3, threshold: threshold)
        let same = agree { kernels in
          let (context, logSumExp) = head.run(kernels)
          return [context.bits, logSumExp.bits]
        }
        #expect(same, "\(length) x \(size), \(queries) queries")
      }
    }
  }

  @Test(arguments: availableKernels) func agreesWithDouble(_ kernels: KernelSet) {
    for (queries, length, size) in Self.heads {
      for threshold: UInt32 in [0, 0x3333_3333] {
        let head = Head(length: length, size: size, queries: queries, threshold: threshold)
        let (context, logSumExp) = head.run(kernels)
        let exact = head.exact.forward()
        // A score's error moves its probability by as much; the sums have `length` terms.
        let allowed = Double(4 * size + length + 16) * roundingUnit * 2
        #expect(worstRatio(context.values, exact.context) { _ in allowed } <= 1, "\(length) x \(size)")
        #expect(worstRatio(logSumExp.values, exact.logSumExp) { _ in allowed * 4 } <= 1, "\(length) x \(size)")
        // Without log_sum_exp: the same bits.
        let again = GuardedBuffer(count: queries * size)
        let scratch = GuardedBuffer(count: kernels.table.attention_scratch_count(length, size))
        var args = head.arguments(context: again, logSumExp: nil)
        kernels.table.attention_f32(&args, scratch.pointer)
        #expect(areIntact(head.packed, again, scratch))
        #expect(again.bits == context.bits)
      }
    }
  }

  @Test(arguments: availableKernels) func vjpAgreesWithDouble(_ kernels: KernelSet) {
    for (queries, length, size) in Self.heads {
      for threshold: UInt32 in [0, 0x3333_3333] {
        let head = Head(length: length, size: size, queries: queries, threshold: threshold)
        let found = head.runVJP(kernels)
        let exact = head.exact.vjp(head.g.values.map { Double($0) })
        let allowed = Double(4 * size + length + 16) * roundingUnit * Double(size).squareRoot() * 4
        let zeros = [Double](repeating: 0, count: (length - queries) * size)
        for (part, values) in [exact.q + zeros, exact.k, exact.v].enumerated() {
          let mine = (0..<length * size).map { found[$0 / size * 3 * size + part * size + $0 % size] }
          let worst = worstRatio(mine, values) { _ in allowed }
          #expect(worst <= 1, "\(length) x \(size), part \(part), threshold \(threshold): \(worst)")
        }
      }
    }
  }

  /// The formulas of the VJP that the kernels are held against, by central differences.
  @Test func exactVJPIsTheDerivative() {
    let head = Head(length: 5, size: 3, threshold: 0x3333_3333)
    let exact = head.exact, g = head.g.values.map { Double($0) }
    let vjp = exact.vjp(g)
    func loss(_ attention: ExactAttention) -> Double {
      zip(attention.forward().context, g).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let h = 1e-5
    for (path, gradient) in [(\ExactAttention.q, vjp.q), (\.k, vjp.k), (\.v, vjp.v)] {
      for i in gradient.indices {
        var above = exact, below = exact
        above[keyPath: path][i] += h
        below[keyPath: path][i] -= h
        #expect(((loss(above) - loss(below)) / (2 * h) - gradient[i]).magnitude < 1e-8)
      }
    }
  }

  /// The first token's context is the same whether others ask too.
  @Test(arguments: availableKernels) func aQueryKnowsNothingOfOthers(_ kernels: KernelSet) {
    for (length, size) in Self.shapes where length > 0 {
      let all = Head(length: length, size: size, threshold: 0x3333_3333).run(kernels).context.bits
      let one = Head(length: length, size: size, queries: 1, threshold: 0x3333_3333).run(kernels).context.bits
      #expect(one == Array(all.prefix(size)), "\(length) x \(size)")
    }
  }

  @Test(arguments: availableKernels) func largeScoresDoNotOverflow(_ kernels: KernelSet) {
    let head = Head(length: 20, size: 32, magnitude: 1000)
    let (context, logSumExp) = head.run(kernels)
    #expect(context.values.allSatisfy { $0.isFinite && $0.magnitude <= 1001 })
    #expect(logSumExp.values.allSatisfy { $0.isFinite })
    #expect(head.runVJP(kernels).allSatisfy { $0.isFinite })
  }

  @Test(arguments: availableKernels) func longSequencesFit(_ kernels: KernelSet) {
    let head = Head(length: 515, size: 32)
    let (context, _) = head.run(kernels)
    let exact = head.exact.forward()
    #expect(worstRatio(context.values, exact.context) { _ in 1e-4 } <= 1)
    #expect(kernels.table.attention_scratch_count(512, 32) <= 512 * (64 + 3 * 32))
    #expect(kernels.table.attention_vjp_scratch_count(512, 32) <= 512 * (65 + 3 * 32))
  }
}
