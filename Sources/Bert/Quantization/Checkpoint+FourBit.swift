public import Compute

/// A weight of four bits in groups of columns, as it is stored: value (i, j) is `(u - zero point) * scale`, u in 0...15.
public struct FourBitGroups: Sendable {
  /// Row by row, two values a byte, the first in the low half.
  public let bytes: MappedBytes
  /// One a group, row by row.
  public let scales: [Float]
  /// One a group, row by row.
  public let zeroPoints: [UInt8]
  public let columns: Int
  /// Columns of a group.
  public let group: Int
}

extension FourBitGroups {
  /// For the kernels: each scale as a whole multiple, 1 to 15, of a step of its row; nil if a row's scales aren't.
  public func progressive() throws(TensorError) -> FourBitValues? {
    let groups = columns / group
    var steps: [Float] = [], multipliers: [UInt8] = [], offsets: [UInt8] = []
    for row in 0..<scales.count / groups {
      let range = row * groups..<(row + 1) * groups
      guard let (step, found) = Self.multiples(scales[range]) else { return nil }
      for (multiplier, zeroPoint) in zip(found, zeroPoints[range]) {
        let offset = Int(multiplier) * Int(zeroPoint)
        guard offset <= 255, FourBitValues.fits(multiplier: multiplier, offset: UInt8(offset)) else { return nil }
        multipliers.append(multiplier)
        offsets.append(UInt8(offset))
      }
      steps.append(step)
    }
    return try FourBitValues(
      bytes: bytes, scales: steps, multipliers: multipliers, offsets: offsets, columns: columns, group: group)
  }

  /// The largest step of which all scales are whole multiples up to 15, to within rounding in half precision.
  private static func multiples(_ scales: ArraySlice<Float>) -> (step: Float, multipliers: [UInt8])? {
    let largest = scales.max() ?? 1
    for most in 1...15 {
      let step = largest / Float(most)
      let areMultiples = scales.allSatisfy { scale in
        let ratio = scale / step
        return ratio > 0.5 && abs(ratio - ratio.rounded()) <= 0x1p-11 * ratio
      }
      if areMultiples { return (step, scales.map { UInt8(($0 / step).rounded()) }) }
    }
    return nil
  }

  /// The values, row-major.
  public func dequantized() -> [Float] {
    bytes.withBytes { bytes in
      (0..<bytes.byteCount * 2).map { index in
        // A byte of any value; `bytes` holds half as many as there are values.
        let byte = bytes.unsafeLoad(fromByteOffset: index / 2, as: UInt8.self)
        let value = Int(index.isMultiple(of: 2) ? byte & 15 : byte >> 4)
        return Float(value - Int(zeroPoints[index / group])) * scales[index / group]
      }
    }
  }
}

extension Checkpoint {
  static let packedSuffix = "_packed"
  static let shapeSuffix = "_shape"
  /// Values of four bits in one I32.
  static let valuesPerWord = 8

  /// The canonical name of the parameter whose values a stored tensor holds; nil if it holds none.
  static func parameter(storedAs stored: String, _ configuration: BertConfiguration) -> String? {
    if stored.hasSuffix(".weight" + packedSuffix),
      case .parameter(let name) = WeightNames.meaning(
        of: String(stored.dropLast(packedSuffix.count)), configuration.family),
      configuration.quantization?.format(of: name)?.grouping != nil
    {
      return name
    }
    guard case .parameter(let name) = WeightNames.meaning(of: stored, configuration.family) else { return nil }
    return name
  }

  /// Whether a stored tensor belongs to a weight of four bits, other than its values and scales.
  static func isCompanion(_ stored: String, _ configuration: BertConfiguration) -> Bool {
    guard configuration.quantization != nil else { return false }
    return [zeroPointSuffix, shapeSuffix].contains { suffix in
      guard stored.hasSuffix(".weight" + suffix) else { return false }
      return parameter(storedAs: stored.dropLast(suffix.count) + packedSuffix, configuration) != nil
    }
  }

  /// The stored name of a tensor beside a weight of four bits, such as that of its zero points.
  func companion(_ name: String, _ suffix: String) -> String? {
    guard let stored = try? stored(name), stored.hasSuffix(Self.packedSuffix) else { return nil }
    let other = String(stored.dropLast(Self.packedSuffix.count)) + suffix
    return files[other] == nil ? nil : other
  }

  /// Whether the configuration says that a parameter is stored in four bits a value.
  public func isFourBit(_ name: String) -> Bool { configuration.quantization?.format(of: name)?.bits == 4 }

  func zeroPointName(of name: String) -> String? { companion(name, Self.zeroPointSuffix) }

  /// A weight of four bits, with its scales; nil if it is stored otherwise.
  ///
  /// - Throws: ``BertError`` for shapes and formats that don't fit, scales that are missing or not above 0.
  public func fourBitGroups(_ name: String) throws(BertError) -> FourBitGroups? {
    guard case .int4(let group, let isSymmetric) = configuration.quantization?.format(of: name) else { return nil }
    let (bytes, scales, columns) = try packedGroups(name, group: group, isSymmetric: isSymmetric)
    return FourBitGroups(
      bytes: bytes, scales: scales,
      zeroPoints: try zeroPoints(name, groups: columns / group, rows: scales.count / (columns / group)),
      columns: columns, group: group)
  }

  /// The bytes of a weight of four bits, its scales, which are numbers above 0, and how many columns it has.
  func packedGroups(
    _ name: String, group: Int, isSymmetric: Bool
  ) throws(BertError) -> (bytes: MappedBytes, scales: [Float], columns: Int) {
    let stored = try stored(name)
    guard let entry = entry(name), let shape = shape(of: name) else { throw .unknownTensor(path: path, tensor: name) }
    let expected = ExpectedTensor(name: name, shape: shape)
    let scaleName = try checkFourBit(expected, entry, group: group, isSymmetric: isSymmetric)
    let scales = try files.file(of: scaleName).floats(of: scaleName)
    let columns = expected.shape[1]
    if let index = scales.firstIndex(where: { !($0 > 0 && $0 <= Self.largestScale) }) {
      throw .scale(path: path, tensor: scaleName, row: index / (columns / group), value: scales[index])
    }
    return (try files.file(of: stored).bytes(of: stored), scales, columns)
  }

  /// One a group, row by row. They are stored eight rows to an I32, the first lowest.
  private func zeroPoints(_ name: String, groups: Int, rows: Int) throws(BertError) -> [UInt8] {
    guard let zeroPoints = zeroPointName(of: name) else { return [UInt8](repeating: 8, count: rows * groups) }
    let stored = try files.file(of: zeroPoints).bytes(of: zeroPoints)
    return stored.withBytes { bytes in
      (0..<rows * groups).map { index in
        let (row, group) = index.quotientAndRemainder(dividingBy: groups)
        let nibble = row % Self.valuesPerWord
        // The shape was checked: rows / 8, rounded up, by groups.
        let byte = bytes.unsafeLoad(
          fromByteOffset: (row / Self.valuesPerWord * groups + group) * 4 + nibble / 2, as: UInt8.self)
        return nibble.isMultiple(of: 2) ? byte & 15 : byte >> 4
      }
    }
  }

  /// Checks formats and shapes of a weight of four bits and what belongs to it, without reading them.
  ///
  /// - Returns: the stored name of the scales.
  @discardableResult
  func checkFourBit(
    _ expected: ExpectedTensor, _ entry: SafetensorsFile.Entry, group: Int, isSymmetric: Bool
  ) throws(BertError) -> String {
    guard entry.dtype == .i32 else { throw .notQuantized(path: path, tensor: entry.name, found: entry.dtype) }
    guard expected.shape.count == 2, expected.shape[1] > 0, expected.shape[1].isMultiple(of: group) else {
      throw .groupSize(path: path, tensor: entry.name, columns: expected.shape.last ?? 0, group: group)
    }
    let (rows, columns) = (expected.shape[0], expected.shape[1])
    try check(entry, is: [.i32], [rows, columns / Self.valuesPerWord])
    guard let scaleName = scaleNames[expected.name], let scales = files[scaleName] else {
      let weight = String(entry.name.dropLast(Self.packedSuffix.count))
      throw .missingScales(path: path, tensor: entry.name, expected: weight + Self.scaleSuffix)
    }
    try check(scales, is: SafetensorsDType.floating, [rows, columns / group])
    let zeroPoints = zeroPointName(of: expected.name).flatMap { files[$0] }
    if let zeroPoints {
      try check(zeroPoints, is: [.i32], [(rows + Self.valuesPerWord - 1) / Self.valuesPerWord, columns / group])
      if isSymmetric { throw .zeroPoint(path: path, tensor: zeroPoints.name) }
    } else if !isSymmetric {
      let weight = String(entry.name.dropLast(Self.packedSuffix.count))
      throw .missingScales(path: path, tensor: entry.name, expected: weight + Self.zeroPointSuffix)
    }
    return scaleName
  }

  private func check(
    _ entry: SafetensorsFile.Entry, is formats: [SafetensorsDType], _ shape: [Int]
  ) throws(BertError) {
    guard entry.shape == shape else {
      throw .tensorShape(path: path, tensor: entry.name, expected: shape, found: entry.shape)
    }
    guard formats.contains(entry.dtype) else {
      throw .tensorFormat(path: path, tensor: entry.name, expected: formats, found: entry.dtype)
    }
  }
}
