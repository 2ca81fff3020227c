public import Compute

extension Checkpoint {
  private static let inputScaleSuffix = ".input_scale"
  private static let inputZeroPointSuffix = ".input_zero_point"

  /// What the scale of an input is called beside the weight of this stored name.
  static func inputScale(beside weight: String) -> String {
    String(weight.dropLast(".weight".count)) + inputScaleSuffix
  }

  /// What the zero point of an input is called beside the weight of this stored name.
  static func inputZeroPoint(beside weight: String) -> String {
    inputZeroPoint(besideScale: inputScale(beside: weight))
  }

  private static func inputZeroPoint(besideScale scale: String) -> String {
    String(scale.dropLast(inputScaleSuffix.count)) + inputZeroPointSuffix
  }

  /// The stored name of the zero point of a weight's input; nil where there is none.
  func inputZeroPointName(of name: String) -> String? {
    guard let scale = inputScaleNames[name] else { return nil }
    let zeroPoint = Self.inputZeroPoint(besideScale: scale)
    return files[zeroPoint] == nil ? nil : zeroPoint
  }

  /// The canonical name of the quantised weight whose input a stored tensor is the scale of; nil if it is none.
  static func weight(inputScaledBy stored: String, _ configuration: BertConfiguration) -> String? {
    weight(of: stored, inputScaleSuffix, configuration)
  }

  /// Whether a stored tensor is the zero point of an input.
  static func isInputZeroPoint(_ stored: String, _ configuration: BertConfiguration) -> Bool {
    weight(of: stored, inputZeroPointSuffix, configuration) != nil
  }

  private static func weight(of stored: String, _ suffix: String, _ configuration: BertConfiguration) -> String? {
    guard let quantization = configuration.quantization, stored.hasSuffix(suffix),
      case .parameter(let name) = WeightNames.meaning(
        of: String(stored.dropLast(suffix.count)) + ".weight", configuration.family),
      quantization.hasInputScale(name)
    else { return nil }
    return name
  }

  /// By what the input of a quantised weight is rounded; nil where each token has its own scale.
  ///
  /// - Throws: ``BertError`` if a scale or a zero point is missing, of the wrong shape or format, or if the scale is no
  ///   number that can be divided by.
  public func inputQuantization(_ name: String) throws(BertError) -> InputQuantization? {
    guard let quantization = configuration.quantization, quantization.hasInputScale(name) else { return nil }
    let stored = try checkInputScale(name)
    let value = try files.file(of: stored).floats(of: stored).first ?? 0
    // The kernels multiply by the inverse, which has to be finite.
    guard value >= Float.leastNormalMagnitude, value <= Self.largestScale else {
      throw .inputScale(path: path, tensor: stored, value: value)
    }
    guard quantization.hasInputZeroPoint(name) else {
      try checkZeroPoints(Self.inputZeroPoint(besideScale: stored))
      return InputQuantization(scale: value)
    }
    let zeroPoint = Self.inputZeroPoint(besideScale: stored)
    let bytes = try files.file(of: zeroPoint).bytes(of: zeroPoint)
    return InputQuantization(
      scale: value, zeroPoint: bytes.withBytes { $0.withUnsafeBytes { $0.first.map { Int8(bitPattern: $0) } ?? 0 } })
  }

  /// By what the input of several quantised weights is rounded, which are multiplied as one.
  ///
  /// - Throws: ``BertError/inputScales(path:_:)`` if they differ: numbers that were rounded once can't have two scales.
  package func inputQuantization(_ names: [String]) throws(BertError) -> InputQuantization? {
    var found: [String: InputQuantization] = [:]
    for name in names {
      guard let quantization = try inputQuantization(name) else { return nil }
      found[inputScaleNames[name] ?? name] = quantization
    }
    guard Set(found.values).count == 1 else { throw .inputScales(path: path, found) }
    return found.values.first
  }

  /// Checks the scale of an input, and its zero point if it has one, without reading them.
  ///
  /// - Returns: the stored name of the scale.
  @discardableResult
  func checkInputScale(_ name: String) throws(BertError) -> String {
    let weight = try stored(name)
    guard let stored = inputScaleNames[name], let entry = files[stored] else {
      throw .missingScales(path: path, tensor: weight, expected: Self.inputScale(beside: weight))
    }
    try check(entry, isOneOf: SafetensorsDType.floating)
    if configuration.quantization?.hasInputZeroPoint(name) ?? false {
      let zeroPoint = Self.inputZeroPoint(besideScale: stored)
      guard let entry = files[zeroPoint] else {
        throw .missingScales(path: path, tensor: weight, expected: zeroPoint)
      }
      try check(entry, isOneOf: [.i8])
    }
    return stored
  }

  /// Of a single number.
  private func check(_ entry: SafetensorsFile.Entry, isOneOf formats: [SafetensorsDType]) throws(BertError) {
    guard entry.shape == [1] else {
      throw .tensorShape(path: path, tensor: entry.name, expected: [1], found: entry.shape)
    }
    guard formats.contains(entry.dtype) else {
      throw .tensorFormat(path: path, tensor: entry.name, expected: formats, found: entry.dtype)
    }
  }
}
