internal import Bert

/// Rows of weights as indices of NF4's levels, in groups of columns.
public struct NormalFloatRows: Equatable, Sendable {
  /// Columns of a group.
  public let group: Int
  /// Row by row, two indices a byte, the first in the low half.
  public private(set) var values: [UInt8] = []
  /// The largest magnitude of each group, row by row, rounded to half precision; 1 for a group of zeros.
  public private(set) var scales: [Float] = []

  init(group: Int) { self.group = group }

  /// Adds a row, each weight as the nearest level.
  mutating func append(_ row: ArraySlice<Float>, _ choices: NormalFloatRow) {
    let scales = choices.scales
    var low: UInt8 = 0
    for (column, weight) in row.enumerated() {
      let index = NormalFloat.index(of: weight / scales[column / group])
      if column.isMultiple(of: 2) { low = index } else { values.append(low | index << 4) }
    }
    self.scales += scales
  }

  /// The numbers that the indices stand for, row-major.
  public var dequantized: [Float] {
    (0..<values.count * 2).map { index in
      let value = index.isMultiple(of: 2) ? values[index / 2] & 15 : values[index / 2] >> 4
      return NormalFloat.levels[Int(value)] * scales[index / group]
    }
  }
}

/// Rounds weights to NF4: each to the nearest level of its group, whose scale is the group's largest magnitude.
public struct NormalFloatQuantizer: Sendable {
  /// Columns that share a scale: a multiple of 32 that divides the columns.
  public let group: Int

  public init(group: Int) { self.group = group }

  /// - Parameter values: `[rows, columns]`, row-major, finite.
  /// - Complexity: O(values.count).
  /// - Precondition: `group` divides `columns`, and `columns` the number of values.
  public func quantized(_ values: [Float], columns: Int) -> NormalFloatRows {
    precondition(columns.isMultiple(of: group) && values.count.isMultiple(of: columns), "groups of \(group)")
    var rows = NormalFloatRows(group: group)
    for start in stride(from: 0, to: values.count, by: columns) {
      let row = values[start..<start + columns]
      rows.append(row, choices(for: row))
    }
    return rows
  }

  func choices(for row: ArraySlice<Float>) -> NormalFloatRow {
    NormalFloatRow(
      scales: stride(from: row.startIndex, to: row.endIndex, by: group).map { scale(of: row[$0..<$0 + group]) })
  }

  /// Half precision holds what is from 2^-24 to 65504; a larger magnitude is clipped.
  private func scale(of part: ArraySlice<Float>) -> Float {
    let largest = part.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0 else { return 1 }
    return Float(halfBits: HalfPrecision.bits(max(0x1p-24, min(65504, largest))))
  }
}

extension Float {
  /// A positive normal or subnormal number of half precision.
  fileprivate init(halfBits bits: UInt16) {
    let exponent = Int(bits >> 10) & 31
    let fraction = Float(bits & 1023) / 1024
    self =
      exponent == 0
      ? Float(sign: .plus, exponent: -14, significand: fraction)
      : Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
  }
}
