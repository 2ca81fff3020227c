internal import Compute

extension Checkpoint {
  private static let inputScaleSuffix = ".input_scale"
  private static let inputZeroPointSuffix = ".input_zero_point"

  /// What the scale of an input is called beside the weight of this stored name.
  static func inputScale(beside weight: String) -> String {
    String(weight.dropLast(".weight".count)) + inputScaleSuffix
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

  /// The scale of what goes into a quantised weight; nil where each token has its own.
  ///
  /// - Throws: ``BertError`` if it is missing, of the wrong shape or format, or no number that can be divided by.
  public func inputScale(_ name: String) throws(BertError) -> Float? {
    guard configuration.quantization?.hasInputScale(name) ?? false else { return nil }
    let stored = try checkInputScale(name)
    let value = try files.file(of: stored).floats(of: stored).first ?? 0
    // The kernels multiply by the inverse, which has to be finite.
    guard value >= Float.leastNormalMagnitude, value <= Self.largestScale else {
      throw .inputScale(path: path, tensor: stored, value: value)
    }
    try checkZeroPoints(stored.dropLast(Self.inputScaleSuffix.count) + Self.inputZeroPointSuffix)
    return value
  }

  /// The scale of what goes into several quantised weights, which are multiplied as one.
  ///
  /// - Throws: ``BertError/inputScales(path:_:)`` if they differ: numbers that were rounded once can't have two scales.
  package func inputScale(_ names: [String]) throws(BertError) -> Float? {
    var scales: [String: Float] = [:]
    for name in names {
      guard let scale = try inputScale(name) else { return nil }
      scales[inputScaleNames[name] ?? name] = scale
    }
    guard Set(scales.values).count == 1 else { throw .inputScales(path: path, scales) }
    return scales.values.first
  }

  /// Checks the scale of an input without reading it.
  ///
  /// - Returns: its stored name.
  @discardableResult
  func checkInputScale(_ name: String) throws(BertError) -> String {
    let weight = try stored(name)
    guard let stored = inputScaleNames[name], let entry = files[stored] else {
      throw .missingScales(path: path, tensor: weight, expected: Self.inputScale(beside: weight))
    }
    guard entry.shape == [1] else {
      throw .tensorShape(path: path, tensor: stored, expected: [1], found: entry.shape)
    }
    guard SafetensorsDType.floating.contains(entry.dtype) else {
      throw .tensorFormat(path: path, tensor: stored, expected: SafetensorsDType.floating, found: entry.dtype)
    }
    return stored
  }
}
