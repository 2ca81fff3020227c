import CKernels
import TestSupport

/// Weights of four bits that span all that the format allows, and the s8 that they stand for.
struct FourBitGroups {
  let group: Int
  /// Row by row, two a byte, the first in the low half.
  let values: [UInt8]
  let multipliers: [UInt8]
  let offsets: [UInt8]
  let weights: [Int8]

  /// - Parameters:
  ///   - value: of all, 0...15; nil for random ones.
  ///   - multiplier: of all groups, 0...15; nil for random ones.
  init(n: Int, k: Int, group: Int, seed: UInt64, value fixedValue: Int? = nil, multiplier fixedMultiplier: Int? = nil) {
    self.group = group
    var generator = SeededGenerator(state: seed)
    var values = [UInt8](repeating: 0, count: (n * k + 1) / 2)
    var multipliers: [UInt8] = [], offsets: [UInt8] = [], weights: [Int8] = []
    for row in 0..<n {
      for block in 0..<k / group {
        let multiplier = fixedMultiplier ?? Int.random(in: 0...15, using: &generator)
        // Zero points for which all of 0...15 stay within s8.
        let allowed = (0...15).filter { (15 - $0) * multiplier <= 127 && $0 * multiplier <= 128 }
        let offset = (allowed.randomElement(using: &generator) ?? 8) * multiplier
        multipliers.append(UInt8(multiplier))
        offsets.append(UInt8(offset))
        for p in 0..<group {
          let value = fixedValue ?? Int.random(in: 0...15, using: &generator)
          let index = row * k + block * group + p
          values[index / 2] |= UInt8(index % 2 == 0 ? value : value << 4)
          weights.append(Int8(value * multiplier - offset))
        }
      }
    }
    self.values = values
    self.multipliers = multipliers
    self.offsets = offsets
    self.weights = weights
  }

  /// The weights for C, each array of exactly its size. Valid within the call.
  func withWeights(n: Int, k: Int, scales: [Float], _ body: (UnsafePointer<ck_weights_s4>) -> Void) {
    let values = GuardedBuffer(values), multipliers = GuardedBuffer(multipliers), offsets = GuardedBuffer(offsets)
    let scales = GuardedBuffer(scales)
    var weights = ck_weights_s4(
      n: n, k: k, group: group, values: values.pointer, multipliers: multipliers.pointer, offsets: offsets.pointer,
      scales: scales.pointer)
    body(&weights)
    precondition(areIntact(values, multipliers, offsets, scales))
  }
}
