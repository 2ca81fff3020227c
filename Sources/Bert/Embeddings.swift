internal import Compute

/// Word, position and segment vectors, normalised, and projected where they are narrower than the encoder: ids to `[N, C]`.
struct Embeddings {
  let configuration: BertConfiguration
  private static let prefix = "bert.embeddings."

  func callAsFunction(
    _ input: EncoderInput, _ weights: ModelWeights, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let word = tape.parameter("word_embeddings.weight", Self.prefix, weights)
    let position = tape.parameter("position_embeddings.weight", Self.prefix, weights)
    let tokens = try input.tableRows(for: configuration)
    let type =
      configuration.family.hasTokenTypes
      ? tape.parameter("token_type_embeddings.weight", Self.prefix, weights) : try zeros(on: tape)
    let sum =
      if let grid = weights.grid(ofParameter: Self.prefix + "word_embeddings.weight") {
        try tape.embedding(tokens, word: word, position: position, type: type, rounding: grid)
      } else {
        try tape.embedding(tokens, word: word, position: position, type: type)
      }
    let normal = try tape.layerNorm(
      sum, scale: tape.parameter("LayerNorm.weight", Self.prefix, weights),
      shift: tape.parameter("LayerNorm.bias", Self.prefix, weights), epsilon: Float(configuration.layerNormEps))
    let dropped = try tape.dropout(normal, probability: configuration.hiddenDropoutProb)
    guard configuration.projectsEmbeddings else { return dropped }
    let rounded = try tape.rounded(dropped, for: LinearSite.embeddingProjection, weights)
    return try tape.linear(rounded, LinearSite.embeddingProjection + ".", weights)
  }

  /// A row of zeros, for the part of the sum that there isn't.
  private func zeros(on tape: borrowing Tape) throws(TensorError) -> Variable {
    let width = configuration.embeddingWidth
    return tape.constant(try tape.backend.upload([Float](repeating: 0, count: width), shape: [1, width]))
  }
}
