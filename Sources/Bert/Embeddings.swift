internal import Compute

/// Word, position and segment vectors, normalised: ids to `[N, C]`.
struct Embeddings {
  let configuration: BertConfiguration
  private static let prefix = "bert.embeddings."

  func callAsFunction(
    _ input: EncoderInput, _ weights: ModelWeights, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let word = tape.parameter("word_embeddings.weight", Self.prefix, weights)
    let position = tape.parameter("position_embeddings.weight", Self.prefix, weights)
    let type = tape.parameter("token_type_embeddings.weight", Self.prefix, weights)
    let sum =
      if let grid = weights.grid(ofParameter: Self.prefix + "word_embeddings.weight") {
        try tape.embedding(input.tokens, word: word, position: position, type: type, rounding: grid)
      } else {
        try tape.embedding(input.tokens, word: word, position: position, type: type)
      }
    let normal = try tape.layerNorm(
      sum, scale: tape.parameter("LayerNorm.weight", Self.prefix, weights),
      shift: tape.parameter("LayerNorm.bias", Self.prefix, weights), epsilon: Float(configuration.layerNormEps))
    return try tape.dropout(normal, probability: configuration.hiddenDropoutProb)
  }
}
