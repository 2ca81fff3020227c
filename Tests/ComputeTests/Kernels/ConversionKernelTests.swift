import CKernels
import Compute
import TestSupport
import Testing

@Suite struct ConversionKernelTests {
  @Test(arguments: availableKernels) func everyHalfIsWidenedExactly(_ kernels: KernelSet) {
    let all = (0...UInt16.max).map { $0 }
    let x = GuardedBuffer(all), y = GuardedBuffer(count: all.count)
    kernels.table.convert_f16_f32(all.count, x.pointer, y.pointer)
    #expect(areIntact(x, y))
    let wrong = zip(all, y.values).filter { bits, found in
      let exact = Float(Float16(bitPattern: bits))
      return exact.isNaN ? !found.isNaN : exact.bitPattern != found.bitPattern
    }
    #expect(wrong.isEmpty, "first: \(String(describing: wrong.first))")
    // And back, to the same bits, but that NaN becomes quiet.
    let back = GuardedBuffer([UInt16](repeating: 0, count: all.count))
    kernels.table.convert_f32_f16(all.count, y.pointer, back.pointer)
    let changed = zip(all, back.values).filter { bits, found in
      Float16(bitPattern: bits).isNaN ? found != bits | 0x200 : found != bits
    }
    #expect(changed.isEmpty && areIntact(y, back), "first: \(String(describing: changed.first))")
  }

  @Test(arguments: availableKernels) func roundsToNearestEven(_ kernels: KernelSet) {
    // All halves of both signs, the points half way between neighbours, and the floats next to those.
    var values: [Float] = [65504, 65519.996, 65520, 65536, 1e30, .infinity, 0x1p-149, 0x1p-25, 0x1.000002p-25, 0x1p-24]
    for bits in UInt16(0)..<0x7BFF {
      let low = Float(Float16(bitPattern: bits)), high = Float(Float16(bitPattern: bits + 1))
      let middle = (low + high) / 2
      values += [middle, middle.nextUp, middle.nextDown]
    }
    values += values.map { -$0 }
    var generator = SeededGenerator(state: 1)
    values += (0..<50_000).map { _ in Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator)) }
    let x = GuardedBuffer(values), y = GuardedBuffer([UInt16](repeating: 0, count: values.count))
    kernels.table.convert_f32_f16(values.count, x.pointer, y.pointer)
    #expect(areIntact(x, y))
    let wrong = zip(values, y.values).filter { value, found in
      value.isNaN ? !Float16(bitPattern: found).isNaN : found != Float16(value).bitPattern
    }
    #expect(wrong.isEmpty, "first: \(String(describing: wrong.first))")
  }

  @Test(arguments: availableKernels) func everyBFloatIsWidenedExactly(_ kernels: KernelSet) {
    let all = (0...UInt16.max).map { $0 }
    let x = GuardedBuffer(all), y = GuardedBuffer(count: all.count)
    kernels.table.convert_bf16_f32(all.count, x.pointer, y.pointer)
    #expect(areIntact(x, y) && y.bits == all.map { UInt32($0) << 16 })
  }

  @Test(arguments: availableKernels) func tailsAreConverted(_ kernels: KernelSet) {
    for count in sizes(about: 16) {
      var generator = SeededGenerator(state: UInt64(count))
      let values = generator.floats(count)
      let x = GuardedBuffer(values), y = GuardedBuffer([UInt16](repeating: 7, count: count))
      let z = GuardedBuffer(count: count)
      kernels.table.convert_f32_f16(count, x.pointer, y.pointer)
      kernels.table.convert_f16_f32(count, y.pointer, z.pointer)
      #expect(areIntact(x, y, z) && z.values == values.map { Float(Float16($0)) })
      kernels.table.convert_bf16_f32(count, y.pointer, z.pointer)
      #expect(areIntact(y, z) && z.bits == y.values.map { UInt32($0) << 16 })
    }
  }

  @Test(arguments: availableKernels) func findsHalvesThatAreNotFinite(_ kernels: KernelSet) {
    for count in sizes(about: 512) {
      var halves = (0..<count).map { UInt16(truncatingIfNeeded: $0 &* 40503) & 0xFBFF }
      let x = GuardedBuffer(halves)
      #expect(kernels.table.all_finite_f16(count, x.pointer) == 1 && areIntact(x))
      for place in Set([0, count / 2, count - 1]) where place >= 0 && place < count {
        for bits: UInt16 in [0x7C00, 0xFC00, 0x7C01, 0xFFFF] {
          let kept = halves[place]
          halves[place] = bits
          let x = GuardedBuffer(halves)
          #expect(kernels.table.all_finite_f16(count, x.pointer) == 0, "\(bits) at \(place) of \(count)")
          halves[place] = kept
        }
      }
    }
  }
}
