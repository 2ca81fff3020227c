public import Compute

/// BERT with a classification head, for training: `BertForSequenceClassification`.
///
/// Embeddings, L encoder layers, the pooler (a tanh layer on the first token) and a linear classifier of K classes.
public struct BertClassifier: Sendable {
  public private(set) var configuration: BertConfiguration
  public var parameters: ParameterStore

  public init(configuration: BertConfiguration, parameters: ParameterStore) {
    self.configuration = configuration
    self.parameters = parameters
  }

  /// The logits `[B, K]` of a batch.
  ///
  /// Dropout happens when the tape has a random stream.
  ///
  /// - Parameter recomputesLayers: keep each layer's input alone, and run the layer again in the backward pass.
  /// - Throws: ``TensorError/indexOutOfRange(op:index:bound:)`` for a token without a row in the vocabulary, or a
  ///   sequence longer than `max_position_embeddings`.
  /// - Complexity: about 24 N C² operations a layer, and 4 C Σ T² for attention.
  public func logits(
    _ input: EncoderInput, on tape: inout Tape, recomputesLayers: Bool = false
  ) throws(TensorError) -> Variable {
    var hidden = try Embeddings(configuration: configuration)(input, parameters, on: &tape)
    let firstRows = input.layout.firstRows
    for index in 0..<configuration.numHiddenLayers {
      let layer = EncoderLayer(configuration: configuration, prefix: WeightNames.layer(index))
      let rows = index == configuration.numHiddenLayers - 1 ? firstRows : nil
      if recomputesLayers {
        let parameters = parameters
        hidden = try tape.recomputed(hidden, parameters: parameters.entries(under: layer.prefix)) {
          (hidden, tape) throws(TensorError) in
          try layer(hidden, input.layout, rows: rows, parameters, on: &tape)
        }
      } else {
        hidden = try layer(hidden, input.layout, rows: rows, parameters, on: &tape)
      }
    }
    if configuration.numHiddenLayers == 0 { hidden = try tape.selectRows(hidden, firstRows) }
    let pooled = try tape.linear(hidden, "bert.pooler.dense.", parameters, activation: .tanh)
    let dropped = try tape.dropout(
      pooled, probability: configuration.classifierDropout ?? configuration.hiddenDropoutProb)
    return try tape.linear(dropped, "classifier.", parameters)
  }
}
