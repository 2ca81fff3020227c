public import Compute

/// A parameter as whole numbers and steps, whose products are the very floats that fake quantisation computed with.
public struct QuantizedParameter: Sendable {
  /// Of the checkpoint.
  public let name: String
  public let matrix: QuantizedMatrix
}

extension BertClassifier {
  /// Every parameter that ``fakeQuantization`` rounds, in the order of the model: what a converter writes.
  ///
  /// The steps of static activations are in ``activationRanges``.
  ///
  /// - Throws: ``TensorError/notFinite(op:)`` for a weight that has no whole number.
  public func quantizedParameters(on backend: any Backend) throws(TensorError) -> [QuantizedParameter] {
    var quantized: [QuantizedParameter] = []
    for name in parameters.names {
      guard let grid = fakeQuantization?.grid(ofParameter: name) else { continue }
      quantized.append(QuantizedParameter(name: name, matrix: try backend.quantized(parameters[name], grid)))
    }
    return quantized
  }
}
