public import Compute

/// NF4, the NormalFloat of four bits: sixteen levels in -1...1 that are as likely as each other for weights of a normal
/// distribution whose largest magnitude is 1, and one of which is 0.
///
/// A weight is the level of its index times the largest magnitude of its group.
///
/// - SeeAlso: Dettmers et al., "QLoRA", NeurIPS 2023, arXiv:2305.14314, section 3 and appendix E.
public enum NormalFloat {
  /// Ascending, as published.
  public static let levels: [Float] = [
    -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
  ]

  /// Half way between a level and the next.
  private static let borders = zip(levels, levels.dropFirst()).map { ($0 + $1) / 2 }

  /// The index of the nearest level; half way between two the lower one, beyond ±1 the first or last.
  public static func index(of x: Float) -> UInt8 {
    var index: UInt8 = 0
    for border in borders { index += x > border ? 1 : 0 }
    return index
  }
}

/// A weight of NF4 in groups of columns, as it is stored: element (i, j) is `levels[u] * scale`, u in 0...15.
public struct NormalFloatGroups: Sendable {
  /// Row by row, two indices a byte, the first in the low half.
  public let bytes: MappedBytes
  /// The largest magnitude of each group, row by row.
  public let scales: [Float]
  public let columns: Int
  /// Columns of a group.
  public let group: Int

  /// The elements, row-major.
  public func dequantized() -> [Float] {
    elements { scale in NormalFloat.levels.map { $0 * scale } }
  }

  /// The elements as whole multiples of one step a row, for products in integers.
  ///
  ///     q_ij = round(levels[u] * (scale_g / step_i))        step_i = max_g scale_g / 127, ties to even
  ///
  /// This is what a model computes with. A row with no scale of 1.5e-36, whose step would be no normal number, is zeros of
  /// step 1.
  public func rows() -> QuantizedMatrix {
    let groups = columns / group
    let rows = scales.count / groups
    let steps = (0..<rows).map { row -> Float in
      let largest = scales[row * groups..<(row + 1) * groups].max() ?? 0
      return largest < 127 * Float.leastNormalMagnitude ? 0 : largest / 127
    }
    var place = 0
    let values = elements { scale -> [Int8] in
      let step = steps[place / groups]
      place += 1
      // Each level is at most 1 and each scale at most 127 steps.
      return NormalFloat.levels.map { level in
        step == 0 ? 0 : Int8(max(-127, min(127, (level * (scale / step)).rounded(.toNearestOrEven))))
      }
    }
    return QuantizedMatrix(rows: rows, columns: columns, values: values, steps: steps.map { $0 == 0 ? 1 : $0 })
  }

  /// What each index stands for, by the table of its group.
  ///
  /// - Parameter table: sixteen elements from a scale; called for each group in order.
  private func elements<Element>(_ table: (Float) -> [Element]) -> [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(2 * bytes.count)
    bytes.withBytes { bytes in
      for (place, scale) in scales.enumerated() {
        let table = table(scale)
        for offset in place * group / 2..<(place + 1) * group / 2 {
          // A byte of any value: there are half as many as elements, and groups are of 32 or more.
          let byte = Int(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
          elements.append(table[byte & 15])
          elements.append(table[byte >> 4])
        }
      }
    }
    return elements
  }
}

extension Checkpoint {
  /// A weight of NF4, with its scales; nil if it is stored otherwise.
  ///
  /// - Throws: ``BertError`` for shapes and formats that don't fit, scales that are missing or not above 0.
  public func normalFloatGroups(_ name: String) throws(BertError) -> NormalFloatGroups? {
    guard case .nf4(let group) = configuration.quantization?.format(of: name) else { return nil }
    let (bytes, scales, columns) = try packedGroups(name, group: group, isSymmetric: true)
    return NormalFloatGroups(bytes: bytes, scales: scales, columns: columns, group: group)
  }
}
