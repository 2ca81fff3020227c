public import Compute

extension Checkpoint {
  static let scaleSuffix = "_scale"
  static let zeroPointSuffix = "_zero_point"
  /// 128 times this is still a number, so whatever is dequantised is finite.
  static let largestScale = Float.greatestFiniteMagnitude / 128

  /// Whether the configuration says that a parameter, by its canonical name, is stored quantised.
  public func isQuantized(_ name: String) -> Bool { configuration.quantization?.quantizes(name) ?? false }

  /// A weight of s8 where it is mapped, with its scales; nil if it is stored otherwise.
  ///
  /// - Throws: ``BertError`` if the configuration says that it is quantised and it isn't, or isn't a matrix; if its scales
  ///   are missing, of the wrong shape, or one isn't a number above 0; if it comes with zero points other than 0.
  public func quantizedRows(_ name: String) throws(BertError) -> QuantizedValues? {
    guard configuration.quantization?.format(of: name) == .int8 else { return nil }
    let stored = try stored(name)
    guard let entry = entry(name), entry.shape.count == 2 else {
      let expected = WeightNames.all(configuration).first { $0.name == name }?.shape ?? []
      throw .tensorShape(path: path, tensor: stored, expected: expected, found: shape(of: name) ?? [])
    }
    let scaleName = try checkQuantized(name, entry)
    let scales = try files.file(of: scaleName).floats(of: scaleName)
    if let row = scales.firstIndex(where: { !($0 > 0 && $0 <= Self.largestScale) }) {
      throw .scale(path: path, tensor: scaleName, row: row, value: scales[row])
    }
    try checkZeroPoints(stored + Self.zeroPointSuffix)
    let bytes = try files.file(of: stored).bytes(of: stored)
    do { return try QuantizedValues(bytes: bytes, scales: scales, columns: entry.shape[1]) } catch {
      throw .tensor(error)
    }
  }

  /// Checks formats and shapes of a quantised matrix and its scales, without reading either.
  ///
  /// - Returns: the stored name of the scales.
  @discardableResult
  func checkQuantized(_ name: String, _ entry: SafetensorsFile.Entry) throws(BertError) -> String {
    guard entry.dtype == .i8 else { throw .notQuantized(path: path, tensor: entry.name, found: entry.dtype) }
    guard let scaleName = scaleNames[name], let scales = files[scaleName] else {
      throw .missingScales(path: path, tensor: entry.name, expected: entry.name + Self.scaleSuffix)
    }
    let shape = [entry.shape[0], 1]
    guard scales.shape == shape else {
      throw .tensorShape(path: path, tensor: scaleName, expected: shape, found: scales.shape)
    }
    guard SafetensorsDType.floating.contains(scales.dtype) else {
      throw .tensorFormat(
        path: path, tensor: scaleName, expected: SafetensorsDType.floating, found: scales.dtype)
    }
    return scaleName
  }

  /// Some programs write the zero points of symmetric numbers, which are zeros.
  ///
  /// - Parameter name: the stored name that they would have.
  func checkZeroPoints(_ name: String) throws(BertError) {
    guard files[name] != nil else { return }
    let bytes = try files.file(of: name).bytes(of: name)
    let areZeros = bytes.withBytes { $0.withUnsafeBytes { $0.allSatisfy { $0 == 0 } } }
    if !areZeros { throw .zeroPoint(path: path, tensor: name) }
  }

  /// The canonical name of the quantised weight whose scales a stored tensor holds; nil if it holds none.
  static func weight(scaledBy stored: String, _ configuration: BertConfiguration) -> String? {
    guard let quantization = configuration.quantization, stored.hasSuffix(".weight" + scaleSuffix),
      case .parameter(let name) = WeightNames.meaning(
        of: String(stored.dropLast(scaleSuffix.count)), configuration.family),
      quantization.quantizes(name)
    else { return nil }
    return name
  }
}
