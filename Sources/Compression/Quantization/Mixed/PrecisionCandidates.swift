internal import Bert
internal import Compute
internal import FoundationEssentials
internal import Text
internal import Training

/// A model rounded in each way, from which mixed ones are put together without rounding or packing anything again.
struct PrecisionCandidates {
  private let source: Checkpoint
  let units: [QuantizationUnit]
  let floats: PackedClassifier
  private let rounded: [Precision: (checkpoint: Checkpoint, model: PackedClassifier)]
  /// For each unit, from the least bytes to the most.
  private let precisions: [String: [Precision]]

  /// - Parameters:
  ///   - embeddings: the fewest bits of the tables.
  ///   - scratch: a directory for what is rounded, which is mapped while this value lives.
  /// - Complexity: holds the model packed in floats, in eight bits and in four.
  init(
    _ source: Checkpoint, floats: PackedClassifier, quantizer: WeightQuantizer, fourBit: FourBitOptions,
    embeddings: FourBitOptions.Embeddings, calibration: Calibration?, scratch: URL
  ) throws {
    self.source = source
    self.floats = floats
    let units = QuantizationUnit.all(source.configuration)
    self.units = units
    var rounded: [Precision: (checkpoint: Checkpoint, model: PackedClassifier)] = [:]
    var precisions: [String: [Precision]] = [:]
    for precision in [Precision.int4, .int8] {
      let fitting = units.filter { unit in
        precision == .int8
          || !(unit.isEmbeddings && embeddings == .int8)
            && unit.weights.allSatisfy { (source.shape(of: $0)?.last ?? 0).isMultiple(of: fourBit.group) }
      }
      guard !fitting.isEmpty else { continue }
      for unit in fitting { precisions[unit.name, default: []].append(precision) }
      func format(_ unit: QuantizationUnit) -> QuantizationConfiguration.WeightFormat {
        if precision == .int8 { return .int8 }
        return unit.isEmbeddings ? fourBit.uniform : fourBit.linear
      }
      let directory = scratch.appending(path: precision.rawValue, directoryHint: .isDirectory)
      try ModelQuantizer(scheme: .mixed, quantizer: quantizer, fourBit: fourBit).quantize(
        source, by: Self.configuration(fitting.map { ($0, format($0)) }, floats: []), to: directory,
        calibration: precision == .int4 ? calibration : nil)
      let checkpoint = try Checkpoint(modelDirectory: directory)
      rounded[precision] = (checkpoint, try PackedClassifier(checkpoint: checkpoint, backend: floats.backend))
    }
    self.rounded = rounded
    self.precisions = precisions
  }

  private static func configuration(
    _ units: [(QuantizationUnit, QuantizationConfiguration.WeightFormat)], floats: [QuantizationUnit]
  ) -> QuantizationConfiguration {
    var modules: [String: QuantizationConfiguration.Format] = [:]
    for (unit, format) in units {
      for module in unit.modules { modules[module] = QuantizationConfiguration.Format(weights: format) }
    }
    return QuantizationConfiguration(modules: modules, ignore: floats.flatMap(\.modules) + ["classifier"])
  }

  func precisions(of unit: QuantizationUnit) -> [Precision] { (precisions[unit.name] ?? []) + [.floats] }

  /// Of the weights of a part, scales included.
  func bytes(of unit: QuantizationUnit, _ precision: Precision) -> Int {
    unit.weights.reduce(0) { sum, name in
      sum
        + (rounded[precision]?.checkpoint.byteCount(of: name)
          ?? (source.shape(of: name) ?? []).reduce(MemoryLayout<Float>.size, *))
    }
  }

  /// A model some of whose parts are rounded.
  func model(_ choice: [String: Precision]) -> PackedClassifier {
    floats.taking(choice.compactMapValues { rounded[$0]?.model })
  }

  /// Writes the numbers of ``model(_:)``, with the tokenizer of the source.
  func write(_ choice: [String: Precision], to directory: URL) throws {
    var configuration = source.configuration
    configuration.dtype = "float32"
    var formats: [(QuantizationUnit, QuantizationConfiguration.WeightFormat)] = []
    var origins: [String: Checkpoint] = [:]
    for unit in units {
      guard let checkpoint = choice[unit.name].flatMap({ rounded[$0]?.checkpoint }) else { continue }
      for name in unit.weights {
        origins[name] = checkpoint
        if name == unit.weights.first, let format = checkpoint.configuration.quantization?.format(of: name) {
          formats.append((unit, format))
        }
      }
    }
    // A model all in floats is none of whole numbers.
    if !formats.isEmpty {
      let names = Set(formats.map(\.0.name))
      configuration.quantization = Self.configuration(formats, floats: units.filter { !names.contains($0.name) })
    }
    var tensors: [TensorToWrite] = []
    for name in source.names {
      if let origin = origins[name] {
        tensors += try origin.copies(of: name)
      } else {
        tensors.append(
          TensorToWrite(name: name, shape: source.shape(of: name) ?? [], floats: try source.floats(name)))
      }
    }
    try CheckpointWriter(configuration: configuration, tokenizerSource: source.directory).write(tensors, to: directory)
  }
}
