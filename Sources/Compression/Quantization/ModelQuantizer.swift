public import Bert
internal import Compute
public import FoundationEssentials

/// Makes a quantised directory of a model in floats.
public struct ModelQuantizer: Sendable {
  public let scheme: QuantizationScheme
  /// Of s8. A reduced range is that of schemes whose linear layers are.
  public let quantizer: WeightQuantizer
  /// Of ``QuantizationScheme/int4``.
  public let fourBit: FourBitOptions
  /// Of ``QuantizationScheme/int8PTQ``.
  public let ranges: RangeChoice

  public init(
    scheme: QuantizationScheme, quantizer: WeightQuantizer = WeightQuantizer(),
    fourBit: FourBitOptions = FourBitOptions(), ranges: RangeChoice = .auto
  ) {
    self.scheme = scheme
    self.quantizer = quantizer
    self.fourBit = fourBit
    self.ranges = ranges
  }

  /// Writes the quantised model with the tokenizer of the source: whole or not at all.
  ///
  /// Weights may be F32, F16 or BF16; what isn't quantised is written as F32.
  ///
  /// - Parameter calibration: of this source, for a scheme that needs it; one with moments, which `int4` can use.
  /// - Returns: how the inputs of layers are quantised, by the names of ``LinearSite``; nil where each token has its own scale.
  /// - Throws: ``CompressionError/noRangeToReduce(scheme:)``, ``BertError/alreadyQuantized(path:)``, ``BertError/groupSize(path:tensor:columns:group:)``,
  ///   ``BertError/notFinite(path:tensor:index:value:)`` for the first NaN or infinity, and other cases of ``BertError``
  ///   for what can't be read or written; ``CompressionError/notCalibrated(scheme:site:)``.
  /// - Complexity: the quantised model is held in memory until it is written.
  @discardableResult
  public func quantize(
    _ source: Checkpoint, to directory: URL, calibration: Calibration? = nil
  ) throws -> [String: InputRange]? {
    guard source.configuration.quantization == nil else { throw BertError.alreadyQuantized(path: source.path) }
    guard !scheme.needsTraining else { throw CompressionError.needsTraining(scheme: scheme.rawValue) }
    guard !scheme.needsSelection else { throw CompressionError.needsSelection(scheme: scheme.rawValue) }
    try scheme.check(quantizer)
    try source.validate(requireClassifier: false)
    return try quantize(source, by: scheme.configuration(fourBit), to: directory, calibration: calibration)
  }

  /// Writes what a configuration says, whatever the scheme.
  @discardableResult
  package func quantize(
    _ source: Checkpoint, by quantization: QuantizationConfiguration, to directory: URL, calibration: Calibration?
  ) throws -> [String: InputRange]? {
    var configuration = source.configuration
    configuration.quantization = quantization
    configuration.dtype = "float32"
    // Of a calibration for its moments nobody wants them, and they take a while.
    let inputs = source.names.contains(where: quantization.hasInputScale) ? calibration?.ranges(ranges) : nil
    var rounding = RoundingBySite(moments: calibration?.moments ?? [:])
    var tensors: [TensorToWrite] = []
    for name in source.names {
      guard let shape = source.shape(of: name) else { continue }
      var values = try source.floats(name)
      if let folding = calibration?.folding { values = folding.folded(values, name) }
      switch quantization.format(of: name) {
      case .int8 where shape.count == 2:
        tensors += quantized(name, shape, quantizer(of: name).quantized(values, columns: shape[1]))
        if quantization.hasInputScale(name) { tensors += try inputTensors(name, inputs ?? [:]) }
      case .int4(let group, let isSymmetric) where shape.count == 2:
        try check(group, source, name, columns: shape[1])
        let quantizer = FourBitQuantizer(group: group, isSymmetric: isSymmetric)
        let rows =
          try rounding.quantized(name, values, columns: shape[1], by: quantizer)
          ?? quantizer.quantized(values, columns: shape[1])
        tensors += rows.tensors(name, shape: shape, isSymmetric: isSymmetric)
      case .nf4(let group) where shape.count == 2:
        try check(group, source, name, columns: shape[1])
        let quantizer = NormalFloatQuantizer(group: group)
        let rows =
          try rounding.quantized(name, values, columns: shape[1], by: quantizer)
          ?? quantizer.quantized(values, columns: shape[1])
        tensors += rows.tensors(name, shape: shape)
      default: tensors.append(TensorToWrite(name: name, shape: shape, floats: values))
      }
    }
    try CheckpointWriter(configuration: configuration, tokenizerSource: source.directory).write(tensors, to: directory)
    return inputs
  }

  /// Of the weights of a linear layer or of embeddings.
  private func quantizer(of name: String) -> WeightQuantizer {
    QuantizationConfiguration.ModuleClass(weight: name) == .linear
      ? quantizer : WeightQuantizer(clipping: quantizer.clipping)
  }

  private func check(_ group: Int, _ source: Checkpoint, _ name: String, columns: Int) throws(BertError) {
    guard group > 0, group.isMultiple(of: 32), columns.isMultiple(of: group) else {
      throw .groupSize(
        path: source.path, tensor: source.configuration.family.stored(tensor: name), columns: columns, group: group)
    }
  }

  /// The scale and the zero point of what goes into a weight.
  private func inputTensors(_ name: String, _ inputs: [String: InputRange]) throws(CompressionError) -> [TensorToWrite]
  {
    guard let site = LinearSite.of(weight: name), let range = inputs[site] else {
      throw .notCalibrated(scheme: scheme.rawValue, site: LinearSite.of(weight: name) ?? name)
    }
    let module = name.dropLast("weight".count)
    return [
      TensorToWrite(name: module + "input_scale", shape: [1], floats: [range.scale]),
      TensorToWrite(
        name: module + "input_zero_point", shape: [1], dtype: .i8, bytes: [UInt8(bitPattern: range.zeroPoint)]),
    ]
  }

  func quantized(_ name: String, _ shape: [Int], _ matrix: QuantizedMatrix) -> [TensorToWrite] {
    let values = matrix.values
    return [
      TensorToWrite(name: name, shape: shape, dtype: .i8) { sink in try sink(values.span.bytes) },
      TensorToWrite(name: name + "_scale", shape: [shape[0], 1], floats: matrix.steps),
    ]
  }
}

/// How the rounding of weights can spare the outputs of their layers. Query, key and value share what is known of their
/// input, and follow each other.
private struct RoundingBySite {
  let moments: [String: [Float]]
  private var last: (site: String, rounding: SecondOrderRounding)?
  /// Threads that most schemes don't need.
  private lazy var workers = WorkerPool(threadCount: ProcessorCount.available)

  init(moments: [String: [Float]]) { self.moments = moments }

  /// Nil where nothing is known of a weight's inputs.
  mutating func quantized(
    _ name: String, _ values: [Float], columns: Int, by quantizer: FourBitQuantizer
  ) throws(CompressionError) -> FourBitRows? {
    try rounding(name, columns: columns)?.quantized(values, by: quantizer, workers: workers)
  }

  mutating func quantized(
    _ name: String, _ values: [Float], columns: Int, by quantizer: NormalFloatQuantizer
  ) throws(CompressionError) -> NormalFloatRows? {
    try rounding(name, columns: columns)?.quantized(values, by: quantizer, workers: workers)
  }

  private mutating func rounding(_ name: String, columns: Int) throws(CompressionError) -> SecondOrderRounding? {
    guard let site = LinearSite.of(weight: name), let moments = moments[site] else { return nil }
    let rounding =
      if let last, last.site == site { last.rounding } else {
        try SecondOrderRounding(moments: moments, columns: columns, workers: workers)
      }
    last = (site, rounding)
    return rounding
  }
}
