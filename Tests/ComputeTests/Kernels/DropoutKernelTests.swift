import CKernels
import Compute
import TestSupport
import Testing

@Suite struct DropoutKernelTests {
  /// The published vectors of Random123 (kat_vectors, philox4x32 with 10 rounds).
  @Test(
    arguments: [
      (counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        counter: [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], key: [0xffff_ffff, 0xffff_ffff],
        words: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0],
        words: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ] as [(counter: [UInt32], key: [UInt32], words: [UInt32])])
  func philoxGivesThePublishedWords(counter: [UInt32], key: [UInt32], words: [UInt32]) {
    var found = [UInt32](repeating: 0, count: 4)
    ck_philox4x32_10(counter, key, &found)
    #expect(found == words)
  }

  /// The word of an index, by the scalar generator.
  private func word(_ dropout: ck_dropout, _ index: UInt64) -> UInt32 {
    let block = index / 4
    let counter = [block, block >> 32, dropout.stream, dropout.stream >> 32].map { UInt32(truncatingIfNeeded: $0) }
    let key = [dropout.key, dropout.key >> 32].map { UInt32(truncatingIfNeeded: $0) }
    var words = [UInt32](repeating: 0, count: 4)
    ck_philox4x32_10(counter, key, &words)
    return words[Int(index % 4)]
  }

  @Test(arguments: availableKernels) func dropsWhereTheWordIsBelowTheThreshold(_ kernels: KernelSet) {
    var dropout = ck_dropout(
      key: 0x299f_31d0_a409_3822, stream: 0x0370_7344_1319_8a2e, threshold: 0x4000_0000, scale: 4 / 3)
    for offset: UInt64 in [0, 1, 2, 3, 4, 4 * 0xffff_ffff - 9, 1 << 40, .max - 1000] {
      for count in sizes(about: 32) {
        for threshold: UInt32 in [1, 0x1999_999a, 0x8000_0000, 0xffff_ffff] {
          dropout.threshold = threshold
          var generator = SeededGenerator(state: offset)
          let x = generator.floats(count)
          let input = GuardedBuffer(x), y = GuardedBuffer(count: count)
          kernels.table.dropout_f32(count, &dropout, offset, input.pointer, y.pointer)
          kernels.table.dropout_f32(count, &dropout, offset, input.pointer, input.pointer)
          #expect(areIntact(input, y) && input.bits == y.bits)
          let expected = x.indices.map {
            word(dropout, offset + UInt64($0)) < threshold ? 0 : x[$0] * dropout.scale
          }
          #expect(y.values == expected, "offset \(offset), count \(count), threshold \(threshold)")
        }
      }
    }
  }

  /// An element is dropped by threshold word + 1 and kept by threshold word, so the vector versions have its very bits.
  @Test(arguments: availableKernels) func wordsAreTheScalarOnes(_ kernels: KernelSet) {
    let x = GuardedBuffer(Array<Float>(repeating: 1, count: 150)), y = GuardedBuffer(count: 150)
    for i in 0..<150 {
      var dropout = ck_dropout(key: 77, stream: 5, threshold: 0, scale: 1)
      let word = word(dropout, UInt64(i) + 3)
      dropout.threshold = word
      kernels.table.dropout_f32(150, &dropout, 3, x.pointer, y.pointer)
      #expect(y.values[i] == 1)
      dropout.threshold = word + 1
      kernels.table.dropout_f32(150, &dropout, 3, x.pointer, y.pointer)
      #expect(y.values[i] == 0 && areIntact(x, y))
    }
  }

  @Test(arguments: availableKernels) func thresholdZeroCopies(_ kernels: KernelSet) {
    var dropout = ck_dropout(key: 1, stream: 2, threshold: 0, scale: 3)
    let x = GuardedBuffer([1, 2, 3] as [Float]), y = GuardedBuffer(count: 3)
    kernels.table.dropout_f32(3, &dropout, 0, x.pointer, y.pointer)
    kernels.table.dropout_f32(3, &dropout, 0, x.pointer, x.pointer)
    #expect(areIntact(x, y) && y.values == [1, 2, 3] && x.values == [1, 2, 3])
  }

  @Test func aTenthIsDropped() {
    var dropout = ck_dropout(key: 9, stream: 1, threshold: 429_496_730, scale: 1 / 0.9)
    let count = 100_000
    let x = GuardedBuffer([Float](repeating: 1, count: count))
    for kernels in availableKernels.suffix(1) {
      kernels.table.dropout_f32(count, &dropout, 0, x.pointer, x.pointer)
    }
    let dropped = x.values.count { $0 == 0 }
    #expect((9_500...10_500).contains(dropped))  // five standard deviations
  }
}
