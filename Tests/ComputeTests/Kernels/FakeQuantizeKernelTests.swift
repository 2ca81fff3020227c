import CKernels
import Compute
import Foundation
import TestSupport
import Testing

/// What is rounded to what, and the definition of the result with each rounding of its own.
private struct Rounding {
  var group: Int
  var limit: Float = 127
  var scale: Float = 0
  var hasHalfScales = false
  var isReciprocal = false

  var arguments: ck_fake_quantize_args {
    ck_fake_quantize_args(
      group: group, limit: limit, scale: scale, half_scales: hasHalfScales ? 1 : 0, reciprocal: isReciprocal ? 1 : 0)
  }

  func exact(_ x: [Float], columns: Int) -> (y: [Float], scales: [Float]) {
    var (y, scales): ([Float], [Float]) = ([], [])
    for row in stride(from: 0, to: columns == 0 ? 0 : x.count, by: max(1, columns)) {
      for begin in stride(from: row, to: row + columns, by: group) {
        let values = x[begin..<min(row + columns, begin + group)]
        let largest = values.map(\.magnitude).max() ?? 0
        var step = scale != 0 ? scale : largest / limit
        var inverse = scale != 0 ? 1 / scale : limit / largest
        if hasHalfScales { step = Float(Float16(step)) }
        if scale == 0, largest < 1e-30 || step == 0 { (step, inverse) = (isReciprocal ? 0 : 1, 0) }
        scales.append(step)
        for value in values {
          let quotient = isReciprocal ? value * inverse : value / step
          y.append(max(-limit, min(limit, quotient.rounded(.toNearestOrEven))) * step)
        }
      }
    }
    return (y, scales)
  }

  func run(_ kernels: KernelSet, _ x: [Float], columns: Int) -> (y: [Float], scales: [Float]) {
    let rows = columns == 0 ? 0 : x.count / columns
    let groups = (columns + group - 1) / group
    let source = GuardedBuffer(x), y = GuardedBuffer(count: x.count), scales = GuardedBuffer(count: rows * groups)
    var args = arguments
    kernels.table.fake_quantize_f32(rows, columns, &args, source.pointer, y.pointer, scales.pointer)
    // In place, in two parts and without the scales.
    let again = GuardedBuffer(x)
    let half = rows / 2 * columns
    kernels.table.fake_quantize_f32(rows / 2, columns, &args, again.pointer, again.pointer, nil)
    kernels.table.fake_quantize_f32(
      rows - rows / 2, columns, &args, again.pointer + half, again.pointer + half, nil)
    #expect(zip(again.values, y.values).allSatisfy { $0.bitPattern == $1.bitPattern })
    #expect(source.values.map(\.bitPattern) == x.map(\.bitPattern))
    #expect(areIntact(source, y, scales, again))
    return (y.values, scales.values)
  }

  /// Of a row, a group of `size`, halves, a given step; divided by and multiplied with the inverse.
  static func all(columns: Int, groupSize: Int) -> [Rounding] {
    let row = max(1, columns)
    return [
      Rounding(group: row), Rounding(group: row, isReciprocal: true),
      Rounding(group: row, scale: 0.0037, isReciprocal: true), Rounding(group: row, scale: 0.0037),
      Rounding(group: groupSize, limit: 7, hasHalfScales: true), Rounding(group: groupSize, limit: 7),
    ]
  }
}

@Suite struct FakeQuantizeKernelTests {
  @Test(arguments: availableKernels) func givesTheDefinitionBitForBit(_ kernels: KernelSet) {
    for columns in sizes(about: 16) + [64, 131] {
      for groupSize in [1, 5, 16, 32] {
        for (index, rounding) in Rounding.all(columns: columns, groupSize: groupSize).enumerated() {
          var random = SeededGenerator(state: UInt64(1000 * columns + 10 * groupSize + index))
          let x = random.floats(5 * columns)
          let found = rounding.run(kernels, x, columns: columns)
          let exact = rounding.exact(x, columns: columns)
          #expect(found.y == exact.y && found.scales == exact.scales, "\(columns) columns, \(rounding)")
        }
      }
    }
  }

  /// Where a half is next to its smallest numbers, and below them.
  @Test(arguments: availableKernels) func smallHalves(_ kernels: KernelSet) {
    for exponent in -36 ... -10 {
      var random = SeededGenerator(state: 3)
      let x = random.floats(64).map { $0 * Float(sign: .plus, exponent: exponent, significand: 1) }
      let rounding = Rounding(group: 32, limit: 7, hasHalfScales: true)
      let found = rounding.run(kernels, x, columns: 64), exact = rounding.exact(x, columns: 64)
      #expect(found.y == exact.y && found.scales == exact.scales, "2^\(exponent)")
    }
  }

  @Test(arguments: availableKernels) func tiesGoToEven(_ kernels: KernelSet) {
    let x: [Float] = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5, -126.5, 127, 3.5]
    let rounded: [Float] = [0, 2, 2, 0, -2, -2, 126, -126, 127, 4]
    for isReciprocal in [false, true] {
      #expect(Rounding(group: 10, isReciprocal: isReciprocal).run(kernels, x, columns: 10).y == rounded)
      let given = Rounding(group: 10, scale: 1, isReciprocal: isReciprocal)
      #expect(
        given.run(kernels, x + [200, -200, 127.5, -128, 0, 0, 0, 0, 0, 0], columns: 20).y.prefix(10) == rounded[...])
    }
  }

  @Test(arguments: availableKernels) func zerosInfinitiesAndTinyNumbers(_ kernels: KernelSet) {
    for columns in [3, 16, 37] {
      for rounding in Rounding.all(columns: columns, groupSize: columns) where rounding.scale == 0 {
        for value in [0, 1e-38, -9e-31] as [Float] {
          let found = rounding.run(kernels, [Float](repeating: value, count: columns), columns: columns)
          #expect(found.y.allSatisfy { $0 == 0 } && found.scales == [rounding.isReciprocal ? 0 : 1])
        }
        for bad in [Float.nan, .infinity, -.infinity] {
          for place in 0..<columns {
            var x = [Float](repeating: 1, count: 2 * columns)
            x[place] = bad
            let found = rounding.run(kernels, x, columns: columns)
            #expect(found.y[..<columns].allSatisfy { $0.isNaN } && found.scales[0].isNaN)
            #expect(found.y[columns...].allSatisfy { $0.isFinite })
          }
        }
      }
    }
  }

  /// A token's numbers are those that the integer product makes: a product with the weight 1 gives them back.
  @Test(arguments: availableKernels) func tokensAreThoseOfTheIntegerProduct(_ kernels: KernelSet) {
    let table = kernels.table
    for scale in [0, 0.006] as [Float] {
      for k in [1, 7, 16, 50] {
        var random = SeededGenerator(state: UInt64(k))
        let x = random.floats(9 * k)
        // The identity, whose scale is a power of two, so that no product but q times s is rounded.
        let weights = GuardedBuffer((0..<k * k).map { Int8($0 / k == $0 % k ? 64 : 0) })
        let scales = GuardedBuffer([Float](repeating: 0x1p-6, count: k))
        let packed = GuardedBuffer([Int32](repeating: 0, count: (table.gemm_s8_packed_bytes(k, k) + 3) / 4))
        let panels = (k + table.gemm_s8_nr - 1) / table.gemm_s8_nr
        table.gemm_s8_pack_b(
          k, k, weights.pointer, scales.pointer, 0, panels,
          UnsafeMutableRawPointer(packed.pointer).assumingMemoryBound(to: Int8.self))
        let a = GuardedBuffer(x), c = GuardedBuffer(count: 9 * k)
        let scratch = GuardedBuffer(count: table.gemm_s8_scratch_count(k, CK_TYPE_S8))
        var args = ck_gemm_args()
        (args.m, args.n, args.k) = (9, k, k)
        args.a = UnsafePointer(a.pointer)
        (args.a_row_stride, args.a_col_stride, args.a_scale) = (k, 1, scale)
        (args.b, args.b_type) = (UnsafeRawPointer(packed.pointer), CK_TYPE_S8)
        (args.c, args.c_row_stride) = (c.pointer, k)
        table.gemm_s8(&args, 0, 9, 0, panels, scratch.pointer)
        let rounding = Rounding(group: k, scale: scale, isReciprocal: true)
        #expect(rounding.run(kernels, x, columns: k).y == c.values, "depth \(k), scale \(scale)")
        #expect(areIntact(weights, scales, packed, a, c, scratch))
      }
    }
  }

  @Test(arguments: availableKernels) func gradientsPassButWhereItWasClipped(_ kernels: KernelSet) {
    for count in sizes(about: 16) {
      var random = SeededGenerator(state: UInt64(count))
      let x = random.floats(count, in: -2...2), dy = random.floats(count)
      for isReciprocal in [false, true] {
        var args = Rounding(group: 1, scale: 0.01, isReciprocal: isReciprocal).arguments
        let source = GuardedBuffer(x), upstream = GuardedBuffer(dy), dx = GuardedBuffer(count: count)
        kernels.table.fake_quantize_vjp_f32(count, &args, upstream.pointer, source.pointer, dx.pointer)
        let inverse: Float = 1 / 0.01
        let expected = zip(x, dy).map { x, dy in
          (isReciprocal ? x * inverse : x / 0.01).rounded(.toNearestOrEven).magnitude <= 127 ? dy : 0
        }
        #expect(dx.values == expected && areIntact(source, upstream, dx))
      }
    }
    // 127.5 would be 128, which doesn't exist; just below it is 127.
    let x = GuardedBuffer([127.5, Float(127.5).nextDown, -127.5, -128, 1e30, 0, -127.25])
    let dy = GuardedBuffer([Float](repeating: 3, count: 7)), dx = GuardedBuffer(count: 7)
    var args = Rounding(group: 1, scale: 1).arguments
    kernels.table.fake_quantize_vjp_f32(7, &args, dy.pointer, x.pointer, dx.pointer)
    #expect(dx.values == [0, 3, 0, 0, 0, 3, 3] && areIntact(x, dy, dx))
  }

  @Test(arguments: availableKernels) func largestMagnitude(_ kernels: KernelSet) {
    for count in sizes(about: 16) {
      var random = SeededGenerator(state: UInt64(count))
      var values = random.floats(count)
      let sound = GuardedBuffer(values, canary: 1e30)
      #expect(kernels.table.largest_magnitude_f32(count, sound.pointer) == values.map(\.magnitude).max() ?? 0)
      #expect(areIntact(sound))
      for i in 0..<count {
        for bad in [Float.nan, .infinity, -.infinity] {
          let before = values[i]
          values[i] = bad
          let spoilt = GuardedBuffer(values)
          #expect(kernels.table.largest_magnitude_f32(count, spoilt.pointer).isNaN && areIntact(spoilt))
          values[i] = before
        }
      }
    }
  }
}
