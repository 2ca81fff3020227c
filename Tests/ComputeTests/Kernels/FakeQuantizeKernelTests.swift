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
  var isProgressive = false
  var isReciprocal = false

  var lowest: Float { isProgressive || scale != 0 ? -limit - 1 : -limit }

  var arguments: ck_fake_quantize_args {
    ck_fake_quantize_args(
      group: group, limit: limit, lowest: lowest, scale: scale, progressive: isProgressive ? 1 : 0,
      reciprocal: isReciprocal ? 1 : 0)
  }

  func exact(_ x: [Float], columns: Int) -> (y: [Float], scales: [Float]) {
    var (y, scales): ([Float], [Float]) = ([], [])
    for row in stride(from: 0, to: columns == 0 ? 0 : x.count, by: max(1, columns)) {
      let rowStep = Self.short((x[row..<row + columns].map(\.magnitude).max() ?? 0) / (15 * (limit + 1)))
      for begin in stride(from: row, to: row + columns, by: group) {
        let values = x[begin..<min(row + columns, begin + group)]
        let largest = values.map(\.magnitude).max() ?? 0
        var step = scale != 0 ? scale : largest / limit
        var inverse = scale != 0 ? 1 / scale : limit / largest
        if isProgressive {
          let multiple = (largest / (rowStep * (limit + 1))).rounded(.toNearestOrEven)
          step = max(1, min(15, multiple)) * rowStep
        } else if scale == 0, largest < 1e-30 {
          (step, inverse) = (isReciprocal ? 0 : 1, 0)
        }
        scales.append(step)
        for value in values {
          let quotient = isReciprocal ? value * inverse : value / step
          y.append(max(lowest, min(limit, quotient.rounded(.toNearestOrEven))) * step)
        }
      }
    }
    return (y, scales)
  }

  /// To a significand of 7 bits and a multiple of 2^-24, at least 2^-24.
  static func short(_ x: Float) -> Float {
    let unit = max(Float(sign: .plus, exponent: max(-18, x.exponent) - 6, significand: 1), 0x1p-24)
    return max(0x1p-24, (x / unit).rounded(.toNearestOrEven) * unit)
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

  /// Of a row, a group of `size`, progressive, a given step; divided by and multiplied with the inverse.
  static func all(columns: Int, groupSize: Int) -> [Rounding] {
    let row = max(1, columns)
    return [
      Rounding(group: row), Rounding(group: row, isReciprocal: true),
      Rounding(group: row, scale: 0.0037, isReciprocal: true), Rounding(group: row, scale: 0.0037),
      Rounding(group: groupSize, limit: 7, isProgressive: true), Rounding(group: groupSize, limit: 7),
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

  /// Where steps are next to half precision's smallest numbers, and below them; and for rows of unlike groups.
  @Test(arguments: availableKernels) func smallAndUnlikeSteps(_ kernels: KernelSet) {
    for exponent in Array(-149 ... -140) + Array(-36...18) {
      var random = SeededGenerator(state: 3)
      let size = Float(sign: .plus, exponent: exponent, significand: 1)
      let x = random.floats(5 * 70).enumerated().map { $1 * size * [1, 0.001, 0.3, 0][$0 / 16 % 4] }
      let rounding = Rounding(group: 16, limit: 7, isProgressive: true)
      let found = rounding.run(kernels, x, columns: 70), exact = rounding.exact(x, columns: 70)
      #expect(found.y == exact.y && found.scales == exact.scales, "2^\(exponent)")
      #expect(found.scales.allSatisfy { Float(Float16($0)) == $0 && $0 >= 0x1p-24 }, "2^\(exponent)")
    }
  }

  @Test("Progressive steps by hand", arguments: availableKernels) func progressive(_ kernels: KernelSet) {
    func round(_ x: [Float], group: Int) -> (y: [Float], scales: [Float]) {
      Rounding(group: group, limit: 7, isProgressive: true).run(kernels, x, columns: x.count)
    }
    // 120 of the row's step 1; groups of 15, 2 and, for 60.4 / 8, 8 steps; the last has one value.
    let row = round([-120, 7.5, 22.5, 120, 16, -15, 1, -0.9, 60.4], group: 4)
    #expect(row.scales == [15, 2, 8])
    #expect(row.y == [-120, 0, 30, 105, 14, -16, 0, -0, 56])
    // A step of 1.03125 * 2^-3, of 7 bits, for 15.5 / 120 = 1.0333 * 2^-3.
    #expect(round([15.5, -15.5, 0], group: 1).scales == [15 * 0.12890625, 15 * 0.12890625, 0.12890625])
    // All of one sign, and zeros beside a large group: the least multiple is 1.
    #expect(round([8, 8, 7, 0.4], group: 4).y == [7, 7, 7, 0].map { $0 * Float(15 * 0.06640625) })
    #expect(round([120, 0, 0, 1e-20], group: 1).scales == [15, 1, 1, 1])
    #expect(round([0, 0, 0], group: 2).scales == [0x1p-24, 0x1p-24])
    #expect(round([0x1p-149, -0x1p-130, 0x1p-24], group: 1).y == [0, 0, 0x1p-24])
    // Steps that half precision still has, and those it has not.
    #expect(round([-522240, 1], group: 1).scales == [65280, 4352])
    for large in [530_000, .greatestFiniteMagnitude] as [Float] {
      let lost = round([large, 1], group: 1)
      #expect(lost.scales.allSatisfy(\.isNaN) && lost.y.allSatisfy(\.isNaN), "\(large)")
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
          #expect(found.y.allSatisfy { $0 == 0 })
          #expect(found.scales == [rounding.isProgressive ? 0x1p-24 : rounding.isReciprocal ? 0 : 1])
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
        let type = table.gemm_s8_type(k, k, weights.pointer)
        let packed = GuardedBuffer([Int32](repeating: 0, count: (table.gemm_s8_packed_bytes(k, k, type) + 3) / 4))
        let panels = (k + table.gemm_s8_nr - 1) / table.gemm_s8_nr
        table.gemm_s8_pack_b(
          k, k, type, weights.pointer, scales.pointer, 0, panels,
          UnsafeMutableRawPointer(packed.pointer).assumingMemoryBound(to: Int8.self))
        let a = GuardedBuffer(x), c = GuardedBuffer(count: 9 * k)
        let scratch = GuardedBuffer(count: table.gemm_s8_scratch_count(k, type))
        var args = ck_gemm_args()
        (args.m, args.n, args.k) = (9, k, k)
        args.a = UnsafePointer(a.pointer)
        (args.a_row_stride, args.a_col_stride, args.a_scale) = (k, 1, scale)
        (args.b, args.b_type) = (UnsafeRawPointer(packed.pointer), type)
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
          (-128...127).contains((isReciprocal ? x * inverse : x / 0.01).rounded(.toNearestOrEven)) ? dy : 0
        }
        #expect(dx.values == expected && areIntact(source, upstream, dx))
      }
    }
    // 127.5 would be 128, which doesn't exist; just below it is 127. -128.5 is -128, which does.
    let x = GuardedBuffer([127.5, Float(127.5).nextDown, -128.5, Float(-128.5).nextDown, 1e30, 0, -127.5])
    let dy = GuardedBuffer([Float](repeating: 3, count: 7)), dx = GuardedBuffer(count: 7)
    var args = Rounding(group: 1, scale: 1).arguments
    kernels.table.fake_quantize_vjp_f32(7, &args, dy.pointer, x.pointer, dx.pointer)
    #expect(dx.values == [0, 3, 3, 0, 0, 3, 3] && areIntact(x, dy, dx))
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
