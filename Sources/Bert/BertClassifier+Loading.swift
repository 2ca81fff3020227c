public import Compute
public import FoundationEssentials

extension BertClassifier {
  /// Loads a checkpoint for training. A pooler or classifier that it lacks is drawn anew.
  ///
  /// - Parameters:
  ///   - labels: the classes, in the order of their ids; a stored classifier for other labels is replaced.
  ///   - seed: of the new parameters.
  /// - Throws: ``BertError`` for files that can't be read, tensors that are missing, of the wrong shape or not finite, and
  ///   ``BertError/alreadyQuantized(path:)`` for a quantised model.
  public init(
    checkpoint: Checkpoint, labels: [String]? = nil, seed: UInt64, backend: any Backend
  ) throws(BertError) {
    guard checkpoint.configuration.quantization == nil else { throw .alreadyQuantized(path: checkpoint.path) }
    try checkpoint.validate(requireClassifier: false)
    var configuration = checkpoint.configuration
    var keepsClassifier = checkpoint.hasClassifier
    if let labels, labels != configuration.id2label {
      keepsClassifier = keepsClassifier && labels.count == configuration.numLabels
      configuration.setLabels(labels)
    }
    configuration.architectures = [configuration.family.classifierArchitecture]
    configuration.dtype = "float32"
    var initializer = Initializer(seed: seed, deviation: Float(configuration.initializerRange))
    var parameters: [(name: String, tensor: Tensor)] = []
    for expected in WeightNames.all(configuration) {
      let isStored =
        checkpoint.names.contains(expected.name)
        && (keepsClassifier || !WeightNames.classifierNames.contains(expected.name))
      let values = isStored ? try checkpoint.floats(expected.name) : initializer.values(for: expected)
      do {
        parameters.append((expected.name, try backend.upload(values, shape: Shape(expected.shape))))
      } catch {
        throw .tensor(error)
      }
    }
    self.init(configuration: configuration, parameters: ParameterStore(parameters))
  }

  /// A model of random weights: normal matrices, unit gains, zero offsets, as Hugging Face initialises them.
  public init(
    randomWeights configuration: BertConfiguration, seed: UInt64, backend: any Backend
  ) throws(BertError) {
    var configuration = configuration
    configuration.quantization = nil
    var initializer = Initializer(seed: seed, deviation: Float(configuration.initializerRange))
    var parameters: [(name: String, tensor: Tensor)] = []
    for expected in WeightNames.all(configuration) {
      do {
        let values = initializer.values(for: expected)
        parameters.append((expected.name, try backend.upload(values, shape: Shape(expected.shape))))
      } catch {
        throw .tensor(error)
      }
    }
    self.init(configuration: configuration, parameters: ParameterStore(parameters))
  }

  /// Writes a Hugging Face directory, with the tokenizer of `tokenizerSource`.
  ///
  /// - Parameter precision: F32, or F16 for half the bytes.
  /// - Throws: ``BertError`` or `FileError`; the directory then is as it was.
  public func write(
    to directory: URL, precision: StoredPrecision = .f32, tokenizerSource: URL?, backend: any Backend,
    additionalFiles: [String: [UInt8]] = [:]
  ) throws {
    var configuration = configuration
    configuration.dtype = precision == .f16 ? "float16" : "float32"
    let writer = CheckpointWriter(
      configuration: configuration, tokenizerSource: tokenizerSource, additionalFiles: additionalFiles)
    let tensors = parameters.names.map { name in
      let tensor = parameters[name]
      switch precision {
      case .f32: return TensorToWrite(name: name, tensor, backend)
      case .f16:
        return TensorToWrite(name: name, shape: tensor.shape.dimensions, dtype: .f16) { sink in
          let bytes = try halves(try backend.read(tensor), name, directory)
          try sink(bytes.span.bytes)
        }
      }
    }
    try writer.write(tensors, to: directory)
  }

  /// Rounded to nearest even. A value beyond the range of halves is an error, not an infinity.
  private func halves(_ values: [Float], _ name: String, _ directory: URL) throws(BertError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 2)
    for (index, value) in values.enumerated() {
      let half = HalfPrecision.bits(value)
      if HalfPrecision.isInfinite(half) {
        throw .notFinite(
          path: directory.path(percentEncoded: false), tensor: configuration.family.stored(tensor: name), index: index,
          value: value)
      }
      bytes.append(UInt8(truncatingIfNeeded: half))
      bytes.append(UInt8(truncatingIfNeeded: half >> 8))
    }
    return bytes
  }
}

/// The number format of stored weights.
public enum StoredPrecision: String, CaseIterable, Sendable, Codable {
  case f32
  case f16
}
