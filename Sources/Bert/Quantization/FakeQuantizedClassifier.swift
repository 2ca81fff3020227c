public import Compute

/// A model with fake quantisation, ready to be evaluated: what its integer form will say, in floats.
///
/// Its weights are rounded once. Logits are those of ``BertClassifier/logits(_:on:recomputesLayers:)`` without dropout, bit
/// for bit; those of the integer model differ by the rounding of sums, and where that moves an activation over the border
/// of two steps.
public struct FakeQuantizedClassifier: Sendable {
  public let configuration: BertConfiguration
  private let model: BertClassifier
  private let weights: ModelWeights
  private let backend: any Backend

  /// - Complexity: rounds a copy of all weights.
  public init(_ model: BertClassifier, backend: any Backend) throws(TensorError) {
    configuration = model.configuration
    self.model = model
    self.backend = backend
    var rounded: [(name: String, tensor: Tensor)] = []
    for name in model.parameters.names {
      let tensor = model.parameters[name]
      guard let grid = model.fakeQuantization?.grid(ofParameter: name) else {
        rounded.append((name, tensor))
        continue
      }
      rounded.append((name, try backend.fakeQuantize(tensor, grid).output))
    }
    weights = ModelWeights(
      parameters: ParameterStore(rounded), quantization: model.fakeQuantization, ranges: model.activationRanges,
      areRounded: true)
  }

  /// The logits of each sequence, `[B, K]` row by row.
  ///
  /// - Throws: ``TensorError/indexOutOfRange(op:index:bound:)`` for tokens that the model doesn't have.
  public func logits(_ input: EncoderInput) throws(TensorError) -> [Float] {
    var tape = Tape(backend: backend, isRecording: false)
    return try backend.read(try model.logits(input, weights, on: &tape, recomputesLayers: false).tensor)
  }
}
