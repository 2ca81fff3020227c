public import Compute
public import FoundationEssentials

/// A model directory in Hugging Face's form, opened for reading: `config.json` and safetensors, one file or shards.
///
/// Parameters go by their canonical names (``WeightNames``), however the file spells them. Opening reads headers only;
/// each tensor is read when it is asked for.
public struct Checkpoint: Sendable {
  public let directory: URL
  public let configuration: BertConfiguration
  /// Canonical names of the parameters that are there, in the order of the model.
  public let names: [String]
  /// Stored names that the model has no use for: other heads, position ids, layers above `num_hidden_layers`.
  public let unusedNames: [String]

  let files: ShardedCheckpoint
  /// Canonical to stored name.
  private let storedNames: [String: String]
  /// The canonical name of a quantised weight to the stored name of its scales.
  let scaleNames: [String: String]
  /// The canonical name of a quantised weight to the stored name of the scale of its input.
  let inputScaleNames: [String: String]

  /// Opens a directory. Call ``validate(requireClassifier:)`` before use.
  ///
  /// - Throws: ``BertError``, for each way in which a file can be missing or broken.
  public init(modelDirectory: URL) throws(BertError) {
    directory = modelDirectory
    let configurationURL = modelDirectory.appending(path: "config.json")
    guard FileManager.default.fileExists(atPath: configurationURL.path(percentEncoded: false)) else {
      throw .missingFile(directory: modelDirectory.path(percentEncoded: false), expected: ["config.json"])
    }
    configuration = try BertConfiguration(url: configurationURL)
    files = try ShardedCheckpoint(modelDirectory: modelDirectory)

    let expected = WeightNames.all(configuration).map(\.name)
    let wanted = Set(expected)
    var storedNames: [String: String] = [:]
    var scaleNames: [String: String] = [:]
    var inputScaleNames: [String: String] = [:]
    var unused: [String] = []
    for stored in files.names {
      if let name = Self.weight(scaledBy: stored, configuration), wanted.contains(name) {
        if let other = scaleNames.updateValue(stored, forKey: name) {
          throw .sameParameterTwice(path: files.path, name: "\(name)_scale", stored: [other, stored].sorted())
        }
        continue
      }
      if let name = Self.weight(inputScaledBy: stored, configuration), wanted.contains(name) {
        if let other = inputScaleNames.updateValue(stored, forKey: name) {
          let name = Self.inputScale(beside: name)
          throw .sameParameterTwice(path: files.path, name: name, stored: [other, stored].sorted())
        }
        continue
      }
      if Self.isCompanion(stored, configuration) || Self.isInputZeroPoint(stored, configuration) { continue }
      guard let name = Self.parameter(storedAs: stored, configuration), wanted.contains(name) else {
        unused.append(stored)
        continue
      }
      if let other = storedNames.updateValue(stored, forKey: name) {
        throw .sameParameterTwice(path: files.path, name: name, stored: [other, stored].sorted())
      }
    }
    self.storedNames = storedNames
    self.scaleNames = scaleNames
    self.inputScaleNames = inputScaleNames
    unusedNames = unused
    names = expected.filter { storedNames[$0] != nil }
  }

  /// The file with the weights, or the index of the shards.
  public var path: String { files.path }

  /// Whether both parameters of the pooler are there.
  public var hasPooler: Bool { WeightNames.poolerNames.allSatisfy { storedNames[$0] != nil } }

  /// Whether both parameters of the classifier are there.
  public var hasClassifier: Bool { WeightNames.classifierNames.allSatisfy { storedNames[$0] != nil } }

  /// The bytes of the parameters as they are stored, scales included.
  public var parameterBytes: Int { names.reduce(0) { $0 + byteCount(of: $1) } }

  /// All that is stored of a parameter, to be written elsewhere as it is, under its canonical name: values, scales, zero
  /// points.
  ///
  /// - Throws: ``BertError/unknownTensor(path:tensor:)``.
  package func copies(of name: String) throws(BertError) -> [TensorToWrite] {
    let stored = try stored(name)
    let weight = isFourBit(name) ? name + Self.packedSuffix : name
    var parts = [(stored, weight)]
    if let scales = scaleNames[name] { parts.append((scales, name + Self.scaleSuffix)) }
    if let shape = companion(name, Self.shapeSuffix) { parts.append((shape, name + Self.shapeSuffix)) }
    if let zeroPoints = zeroPointName(of: name) { parts.append((zeroPoints, name + Self.zeroPointSuffix)) }
    if let scale = inputScaleNames[name] { parts.append((scale, Self.inputScale(beside: name))) }
    if let zeroPoint = inputZeroPointName(of: name) { parts.append((zeroPoint, Self.inputZeroPoint(beside: name))) }
    var copies: [TensorToWrite] = []
    for (stored, name) in parts {
      guard let entry = files[stored] else { throw .unknownTensor(path: path, tensor: stored) }
      let bytes = try files.file(of: stored).bytes(of: stored)
      copies.append(TensorToWrite(name: name, shape: entry.shape, dtype: entry.dtype, bytes: bytes))
    }
    return copies
  }

  /// The bytes of a parameter as it is stored, with those of its scales and zero points; 0 if it isn't there.
  public func byteCount(of name: String) -> Int {
    let parts = [
      storedNames[name], scaleNames[name], zeroPointName(of: name), inputScaleNames[name], inputZeroPointName(of: name),
    ]
    return parts.reduce(0) { $0 + ($1.flatMap { files[$0]?.range.count } ?? 0) }
  }

  func entry(_ name: String) -> SafetensorsFile.Entry? { storedNames[name].flatMap { files[$0] } }

  /// The shape of a parameter, whatever its values are packed in.
  public func shape(of name: String) -> [Int]? {
    guard let shape = entry(name)?.shape else { return nil }
    guard configuration.quantization?.format(of: name)?.grouping != nil, shape.count == 2 else { return shape }
    return [shape[0], shape[1] * Self.valuesPerWord]
  }

  public func dtype(of name: String) -> SafetensorsDType? { entry(name)?.dtype }

  /// The values of a parameter as Float32, row-major; F16 and BF16 are converted exactly.
  ///
  /// - Throws: ``BertError/unknownTensor(path:tensor:)``, ``BertError/tensorFormat(path:tensor:expected:found:)`` (for
  ///   quantised weights too, which ``quantizedRows(_:)`` gives), and ``BertError/notFinite(path:tensor:index:value:)``
  ///   for the first NaN or infinity.
  public func floats(_ name: String) throws(BertError) -> [Float] {
    let stored = try stored(name)
    return try files.file(of: stored).floats(of: stored)
  }

  /// A parameter as it is stored, without a copy; the value keeps the file mapped. The address need not be aligned.
  public func bytes(of name: String) throws(BertError) -> MappedBytes {
    let stored = try stored(name)
    return try files.file(of: stored).bytes(of: stored)
  }

  /// A parameter as the halves that it is stored as, without a copy; nil if it is stored in another format.
  ///
  /// - Throws: ``BertError/notFinite(path:tensor:index:value:)`` for the first NaN or infinity.
  public func halves(_ name: String) throws(BertError) -> MappedBytes? {
    guard dtype(of: name) == .f16 else { return nil }
    let stored = try stored(name)
    try files.file(of: stored).checkHalves(of: stored)
    return try bytes(of: name)
  }

  /// Reads all parameters through.
  ///
  /// - Throws: ``BertError/notFinite(path:tensor:index:value:)`` for the first NaN or infinity, and what
  ///   ``quantizedRows(_:)`` throws.
  public func validateValues() throws(BertError) {
    for name in names {
      if try quantizedRows(name) != nil {
        _ = try inputQuantization(name)
        continue
      }
      if try fourBitGroups(name) != nil { continue }
      if try normalFloatGroups(name) != nil { continue }
      if try halves(name) == nil { _ = try floats(name) }
    }
  }

  func stored(_ name: String) throws(BertError) -> String {
    guard let stored = storedNames[name] else { throw .unknownTensor(path: path, tensor: name) }
    return stored
  }

  /// Checks that each parameter is there, in a format that can be read, with the shape that the configuration asks for.
  ///
  /// Pooler and classifier may both be absent, as in an encoder that was never fine-tuned, but not half of one.
  ///
  /// - Parameter requireClassifier: whether pooler and classifier must be there.
  /// - Throws: ``BertError/missingTensors(path:_:)`` with all that is missing,
  ///   ``BertError/tensorShape(path:tensor:expected:found:)`` and
  ///   ``BertError/tensorFormat(path:tensor:expected:found:)`` for the first that does not fit; for quantised weights
  ///   also ``BertError/notQuantized(path:tensor:found:)`` and ``BertError/missingScales(path:tensor:expected:)``, for
  ///   others ``BertError/unexpectedQuantization(path:tensor:found:)``.
  public func validate(requireClassifier: Bool) throws(BertError) {
    var expected = WeightNames.encoder(configuration)
    for part in [WeightNames.pooler(configuration), WeightNames.classifier(configuration)]
    where requireClassifier || part.contains(where: { storedNames[$0.name] != nil }) {
      expected += part
    }
    let missing = expected.filter { storedNames[$0.name] == nil }
    guard missing.isEmpty else {
      throw .missingTensors(
        path: path, missing.map { ExpectedTensor(name: configuration.family.stored(tensor: $0.name), shape: $0.shape) })
    }
    for tensor in expected {
      guard let entry = entry(tensor.name) else { continue }
      if let grouping = configuration.quantization?.format(of: tensor.name)?.grouping {
        try checkFourBit(tensor, entry, group: grouping.columns, isSymmetric: grouping.isSymmetric)
        continue
      }
      guard entry.shape == tensor.shape else {
        throw .tensorShape(path: path, tensor: entry.name, expected: tensor.shape, found: entry.shape)
      }
      if isQuantized(tensor.name) {
        try checkQuantized(tensor.name, entry)
        if configuration.quantization?.hasInputScale(tensor.name) ?? false { try checkInputScale(tensor.name) }
        continue
      }
      if entry.dtype == .i8, QuantizationConfiguration.ModuleClass(weight: tensor.name) != nil {
        throw .unexpectedQuantization(path: path, tensor: entry.name, found: entry.dtype)
      }
      guard SafetensorsDType.floating.contains(entry.dtype) else {
        throw .tensorFormat(
          path: path, tensor: entry.name, expected: SafetensorsDType.floating, found: entry.dtype)
      }
    }
  }
}
