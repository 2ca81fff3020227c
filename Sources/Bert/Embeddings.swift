internal import Compute

/// Word, position and segment vectors, normalised: ids to `[N, C]`.
struct Embeddings {
  let configuration: BertConfiguration
  private static let prefix = "bert.embeddings."

  func callAsFunction(
    _ input: EncoderInput, _ parameters: ParameterStore, on tape: inout Tape
  ) throws(TensorError) -> Variable {
    let word = tape.parameter("word_embeddings.weight", Self.prefix, parameters)
    let position = tape.parameter("position_embeddings.weight", Self.prefix, parameters)
    let type = tape.parameter("token_type_embeddings.weight", Self.prefix, parameters)
    let sum = try tape.embedding(input.tokens, word: word, position: position, type: type)
    let normal = try tape.layerNorm(
      sum, scale: tape.parameter("LayerNorm.weight", Self.prefix, parameters),
      shift: tape.parameter("LayerNorm.bias", Self.prefix, parameters), epsilon: Float(configuration.layerNormEps))
    return try tape.dropout(normal, probability: configuration.hiddenDropoutProb)
  }
}

extension Tape {
  /// A parameter of the store on this tape.
  mutating func parameter(_ name: String, _ prefix: String, _ parameters: ParameterStore) -> Variable {
    parameter(prefix + name, parameters[prefix + name])
  }

  /// A linear layer whose weight and bias are `prefix + "weight"` and `prefix + "bias"`.
  mutating func linear(
    _ x: Variable, _ prefix: String, _ parameters: ParameterStore, activation: Activation = .none
  ) throws(TensorError) -> Variable {
    let weight = parameter("weight", prefix, parameters)
    let bias = parameter("bias", prefix, parameters)
    return try linear(x, weight: weight, bias: bias, activation: activation)
  }

  /// LayerNorm of x + residual with the parameters under `prefix`.
  mutating func layerNorm(
    _ x: Variable, residual: Variable, _ prefix: String, _ parameters: ParameterStore, epsilon: Double
  ) throws(TensorError) -> Variable {
    let scale = parameter("weight", prefix, parameters)
    let shift = parameter("bias", prefix, parameters)
    return try layerNorm(x, residual: residual, scale: scale, shift: shift, epsilon: Float(epsilon))
  }
}
