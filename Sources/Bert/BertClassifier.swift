public import Compute

/// An encoder with a classification head, for training: `BertForSequenceClassification` and its relatives.
///
/// Embeddings, L encoder layers, a layer on the first token (BERT's pooler) and a linear classifier of K classes.
public struct BertClassifier: Sendable {
  public private(set) var configuration: BertConfiguration
  public var parameters: ParameterStore
  /// What the forward pass rounds as a quantised model does; nil for nothing.
  public var fakeQuantization: FakeQuantization?
  /// Of static fake quantisation; empty before its first batch.
  public var activationRanges = ActivationRanges()

  public init(configuration: BertConfiguration, parameters: ParameterStore) {
    self.configuration = configuration
    self.parameters = parameters
  }

  /// States what it is trained for.
  public mutating func setProblemType(_ type: ProblemType?) { configuration.problemType = type }

  /// The logits `[B, K]` of a batch.
  ///
  /// Dropout happens when the tape has a random stream. With static fake quantisation a tape that observes finds the
  /// magnitudes that ``activationRanges`` are updated with.
  ///
  /// - Parameter recomputesLayers: keep each layer's input alone, and run the layer again in the backward pass.
  /// - Throws: ``TensorError/indexOutOfRange(op:index:bound:)`` for a token without a row in the vocabulary, or a
  ///   sequence longer than the model has positions for.
  /// - Complexity: about 24 N C² operations a layer, and 4 C Σ T² for attention.
  public func logits(
    _ input: EncoderInput, on tape: inout Tape, recomputesLayers: Bool = false
  ) throws(TensorError) -> Variable {
    let weights = ModelWeights(parameters: parameters, quantization: fakeQuantization, ranges: activationRanges)
    return try logits(input, weights, on: &tape, recomputesLayers: recomputesLayers)
  }

  /// The same with weights of this model's configuration.
  func logits(
    _ input: EncoderInput, _ weights: ModelWeights, on tape: inout Tape, recomputesLayers: Bool
  ) throws(TensorError) -> Variable {
    var hidden = try Embeddings(configuration: configuration)(input, weights, on: &tape)
    for index in 0..<configuration.numHiddenLayers {
      let layer = EncoderLayer(configuration: configuration, prefix: WeightNames.layer(index))
      let isLast = index == configuration.numHiddenLayers - 1
      if recomputesLayers {
        hidden = try tape.recomputed(hidden, parameters: weights.parameters.entries(under: layer.prefix)) {
          (hidden, tape) throws(TensorError) in
          try layer(hidden, input.layout, ofFirstTokens: isLast, weights, on: &tape)
        }
      } else {
        hidden = try layer(hidden, input.layout, ofFirstTokens: isLast, weights, on: &tape)
      }
    }
    if configuration.numHiddenLayers == 0 { hidden = try tape.selectRows(hidden, input.layout.firstRows) }
    if configuration.family.dropsHeadInput {
      hidden = try tape.dropout(hidden, probability: configuration.headDropoutProb)
    }
    hidden = try tape.rounded(hidden, for: LinearSite.pooler, weights)
    let pooled = try tape.linear(
      hidden, LinearSite.pooler + ".", weights, activation: configuration.family.headActivation)
    let dropped = try tape.dropout(pooled, probability: configuration.headDropoutProb)
    return try tape.linear(dropped, "classifier.", weights)
  }
}
