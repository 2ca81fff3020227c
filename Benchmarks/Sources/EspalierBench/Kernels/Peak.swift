import CPeak
import Compute

/// What the machine can do at most, measured in the rounds in which the kernels are.
struct Peak: Hashable {
  let instructionSet: InstructionSet
  let threads: Int

  /// GFLOP/s of fused multiply-adds now; nil for an instruction set that has none.
  func measured(seconds: Double) -> Double? {
    let width: cp_width
    switch instructionSet {
    case .scalar: return nil
    case .avx2: width = CP_AVX2
    case .avx512, .avx512vnni: width = CP_AVX512
    }
    let rate = cp_fma_rate(width, Int32(threads), seconds)
    return rate > 0 ? rate / 1e9 : nil
  }
}

/// How fast memory of a certain size is read, by one or more threads with memory of their own.
struct ReadRate: Hashable {
  let bytes: Int
  let threads: Int

  /// In or near L1, L2, L3 and beyond the caches.
  static let sizes = [16 << 10, 512 << 10, 8 << 20, 256 << 20]

  /// GB/s now; nil where it can't be measured.
  func measured(seconds: Double) -> Double? {
    let rate = cp_read_rate(bytes, Int32(threads), seconds)
    return rate > 0 ? rate / 1e9 : nil
  }
}
