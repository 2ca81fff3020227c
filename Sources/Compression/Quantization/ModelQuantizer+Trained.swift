public import Bert
public import Compute
public import FoundationEssentials

extension ModelQuantizer {
  /// Writes the integer form of a model that was trained for this scheme: whole or not at all.
  ///
  /// Values and scales are those of ``BertClassifier/quantizedParameters(on:)``, whose products are the floats that the
  /// training computed with; the rest is written as F32.
  ///
  /// - Parameter tokenizerSource: the directory whose tokenizer goes with the model.
  /// - Throws: ``CompressionError/notTrained(scheme:)`` unless the model has the scheme's fake quantisation, of the range of
  ///   the quantiser, ``CompressionError/noRangeToReduce(scheme:)``,
  ///   ``BertError/groupSize(path:tensor:columns:group:)`` for widths that aren't whole groups, `TensorError.notFinite` for
  ///   a weight that has no whole number, or other cases of ``BertError`` for what can't be written.
  /// - Complexity: the quantised model is held in memory until it is written.
  public func quantize(
    _ model: BertClassifier, to directory: URL, tokenizerSource: URL?, backend: any Backend
  ) throws {
    try scheme.check(quantizer)
    guard let fakeQuantization = scheme.fakeQuantization(reducesRange: quantizer.reducesRange),
      model.fakeQuantization == fakeQuantization
    else { throw CompressionError.notTrained(scheme: scheme.rawValue) }
    try scheme.checkWidths(of: model.configuration, path: directory.path(percentEncoded: false))
    var configuration = model.configuration
    configuration.quantization = scheme.configuration
    configuration.dtype = "float32"
    var matrices: [String: QuantizedMatrix] = [:]
    for parameter in try model.quantizedParameters(on: backend) { matrices[parameter.name] = parameter.matrix }
    var tensors: [TensorToWrite] = []
    for name in model.parameters.names {
      let shape = model.parameters[name].shape.dimensions
      let matrix = matrices[name]
      precondition((matrix != nil) == scheme.configuration.quantizes(name), "\(name): training and format differ")
      if let matrix, case .int4? = scheme.configuration.format(of: name) {
        tensors += matrix.fourBitTensors(name)
      } else if let matrix {
        tensors += quantized(name, shape, matrix)
      } else {
        tensors.append(TensorToWrite(name: name, shape: shape, floats: try backend.read(model.parameters[name])))
      }
    }
    try CheckpointWriter(configuration: configuration, tokenizerSource: tokenizerSource).write(tensors, to: directory)
  }
}
