/// Rows of weights rounded to four bits, in groups of columns.
///
/// Value (i, j) stands for `(u - zero point) * multiplier * step`: step is its row's, zero point and multiplier its
/// group's. That a group's step is a whole multiple, 1 to 15, of its row's is what lets kernels multiply in integers
/// (progressive groups: Lin et al., "QServe", 2024).
public struct FourBitRows: Equatable, Sendable {
  /// Columns of a group.
  public let group: Int
  /// Row by row, two values a byte, the first in the low half.
  public internal(set) var values: [UInt8] = []
  /// One a row.
  public internal(set) var steps: [Float] = []
  /// One a group, row by row.
  public internal(set) var multipliers: [UInt8] = []
  /// One a group, row by row; 8 throughout for symmetric ones.
  public internal(set) var zeroPoints: [UInt8] = []

  init(group: Int) { self.group = group }

  /// Adds a row, each weight as the nearest value that the choices allow.
  mutating func append(_ row: ArraySlice<Float>, _ choices: FourBitRow) {
    var low: UInt8 = 0
    for (column, weight) in row.enumerated() {
      let value = UInt8(choices.groups[column / group].value(of: weight, step: choices.step))
      if column.isMultiple(of: 2) { low = value } else { values.append(low | value << 4) }
    }
    steps.append(choices.step)
    multipliers += choices.groups.map(\.multiplier)
    zeroPoints += choices.groups.map(\.zeroPoint)
  }

  /// The numbers that the values stand for, row-major.
  public var dequantized: [Float] {
    let groups = multipliers.count / max(1, steps.count)
    return (0..<values.count * 2).map { index in
      let value = index.isMultiple(of: 2) ? values[index / 2] & 15 : values[index / 2] >> 4
      let group = index / group
      return (Float(value) - Float(zeroPoints[group])) * Float(multipliers[group]) * steps[group / groups]
    }
  }
}

/// Chooses steps, and rounds.
///
/// A row's step is tried at several sizes below the one that reaches its largest weight, and each group takes the
/// multiplier, and zero point, of least squared error.
public struct FourBitQuantizer: Sendable {
  /// Columns that share a multiplier: a multiple of 32 that divides the columns.
  public let group: Int
  /// Whether the zero point is 8 for all; else each group has its own, which suits weights of one sign.
  public let isSymmetric: Bool

  public init(group: Int, isSymmetric: Bool = true) {
    self.group = group
    self.isSymmetric = isSymmetric
  }

  /// How much smaller than what reaches the largest weight a row's step may be.
  private static let clips: [Float] = [1, 0.93, 0.86, 0.79]

  /// Quantises a matrix, each weight to the nearest value.
  ///
  /// - Parameter values: `[rows, columns]`, row-major, finite.
  /// - Complexity: O(values.count), times some 20 for the choice of steps.
  /// - Precondition: `group` divides `columns`, and `columns` the number of values.
  public func quantized(_ values: [Float], columns: Int) -> FourBitRows {
    precondition(columns.isMultiple(of: group) && values.count.isMultiple(of: columns), "groups of \(group)")
    var rows = FourBitRows(group: group)
    for start in stride(from: 0, to: values.count, by: columns) {
      let row = values[start..<start + columns]
      rows.append(row, choices(for: row))
    }
    return rows
  }

  /// - Precondition: `row.count` is a multiple of `group`.
  func choices(for row: ArraySlice<Float>) -> FourBitRow {
    var best = FourBitRow(step: 1, groups: [])
    var least = Float.infinity
    for step in steps(of: row) {
      var groups: [FourBitGroup] = []
      var error: Float = 0
      for start in stride(from: 0, to: row.count, by: group) {
        let part = row[row.startIndex + start..<row.startIndex + start + group]
        let found = choice(for: part, step: step)
        groups.append(found.group)
        error += found.error
      }
      if error < least {
        least = error
        best = FourBitRow(step: step, groups: groups)
      }
    }
    return best
  }

  /// The steps to try for a row, largest first; 1 alone for zeros.
  ///
  /// Their significands have 7 bits, and they are multiples of 2^-24: then step times multiplier is exact in half precision.
  func steps(of row: ArraySlice<Float>) -> [Float] {
    var largest: Float = 0
    for start in stride(from: row.startIndex, to: row.endIndex, by: group) {
      let part = row[start..<start + group]
      let (low, high) = (min(0, part.min() ?? 0), max(0, part.max() ?? 0))
      // Of one sign, a group's values reach further from its zero point: 8 steps of 15 are as far as s8 goes.
      largest = max(largest, isSymmetric ? max(-low, high) / 7 : max((high - low) / 15, max(-low, high) / 8))
    }
    guard largest > 0 else { return [1] }
    var steps: [Float] = []
    for clip in Self.clips {
      let step = Self.short(largest * clip / 15)
      if steps.last != step { steps.append(step) }
    }
    return steps
  }

  /// The nearest multiple of 2^-24 with a significand of 7 bits, at least 2^-24.
  private static func short(_ x: Float) -> Float {
    let quantum = max(Float(sign: .plus, exponent: x.exponent - 6, significand: 1), 0x1p-24)
    return max((x / quantum).rounded() * quantum, 0x1p-24)
  }

  /// The multiplier and zero point of least squared error.
  func choice(for part: ArraySlice<Float>, step: Float) -> (group: FourBitGroup, error: Float) {
    let (low, high) = (min(0, part.min() ?? 0), max(0, part.max() ?? 0))
    let reach = isSymmetric ? max(-low, high) / 7 : (high - low) / 15
    let most = max(1, min(15, (reach / step).rounded(.up)))
    let least = max(1, min(most, (0.6 * reach / step).rounded(.down)))
    var best = FourBitGroup(multiplier: UInt8(most), zeroPoint: 8)
    var error = Float.infinity
    for multiplier in stride(from: most, through: least, by: -1) {
      let zero = isSymmetric ? 8 : max(0, min(15, (-low / (multiplier * step)).rounded()))
      let candidate = FourBitGroup(multiplier: UInt8(multiplier), zeroPoint: UInt8(zero))
      guard candidate.fits else { continue }
      let found = candidate.squaredError(part, step: step)
      if found < error {
        error = found
        best = candidate
      }
    }
    if error == .infinity { error = best.squaredError(part, step: step) }
    return (best, error)
  }
}

/// What a group's values mean, in steps of its row.
struct FourBitGroup: Equatable {
  var multiplier: UInt8
  var zeroPoint: UInt8

  /// Whether all sixteen values are within eight bits, as the kernels need.
  var fits: Bool {
    let (m, z) = (Int(multiplier), Int(zeroPoint))
    return m * z <= 128 && m * (15 - z) <= 127
  }

  /// The nearest value to `weight`, 0...15; ties to even.
  func value(of weight: Float, step: Float) -> Float {
    let u = (weight / (step * Float(multiplier))).rounded(.toNearestOrEven) + Float(zeroPoint)
    return max(0, min(15, u))
  }

  /// What a value stands for.
  func weight(of value: Float, step: Float) -> Float { (value - Float(zeroPoint)) * Float(multiplier) * step }

  /// Adding this and taking it away again rounds to the nearest whole number, without a call for each weight.
  private static let rounder: Float = 0x1.8p23

  func squaredError(_ part: ArraySlice<Float>, step: Float) -> Float {
    let size = step * Float(multiplier)
    let inverse = 1 / size
    let (low, high) = (-Float(zeroPoint), 15 - Float(zeroPoint))
    var sum: Float = 0
    part.withUnsafeBufferPointer { part in
      for weight in part {
        let clipped = max(low, min(high, weight * inverse))
        let error = weight - (clipped + Self.rounder - Self.rounder) * size
        sum += error * error
      }
    }
    return sum
  }
}
