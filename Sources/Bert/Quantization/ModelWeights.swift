internal import Compute

/// What the layers of a model in training compute with: its parameters, and what they and the inputs are rounded to.
struct ModelWeights: Sendable {
  let parameters: ParameterStore
  var quantization: FakeQuantization?
  var ranges = ActivationRanges()
  /// Whether the parameters are rounded already.
  var areRounded = false

  /// What a parameter has to be rounded to.
  func grid(ofParameter name: String) -> QuantizationGrid? {
    areRounded ? nil : quantization?.grid(ofParameter: name)
  }
}

extension Tape {
  /// A parameter of the store on this tape.
  mutating func parameter(_ name: String, _ prefix: String, _ weights: ModelWeights) -> Variable {
    parameter(prefix + name, weights.parameters[prefix + name])
  }

  /// A linear layer whose weight and bias are `prefix + "weight"` and `prefix + "bias"`. The weight is rounded if it is to
  /// be; for the input see ``rounded(_:for:_:)``.
  mutating func linear(
    _ x: Variable, _ prefix: String, _ weights: ModelWeights, activation: Activation = .none
  ) throws(TensorError) -> Variable {
    var weight = parameter("weight", prefix, weights)
    let bias = parameter("bias", prefix, weights)
    if let grid = weights.grid(ofParameter: prefix + "weight") { weight = try fakeQuantize(weight, grid) }
    return try linear(x, weight: weight, bias: bias, activation: activation)
  }

  /// The input of the linear layer (or layers) of this name, rounded as its integer product does it.
  mutating func rounded(
    _ x: Variable, for name: String, _ weights: ModelWeights
  ) throws(TensorError) -> Variable {
    switch weights.quantization?.activations {
    case nil: return x
    case .perToken: return try fakeQuantize(x, .tokens)
    case .perTensor:
      try observe(x, as: name)
      if let step = weights.ranges.step(name) { return try fakeQuantize(x, .step(step)) }
      // Nothing is known before the first batch but the batch itself.
      let magnitude = if let seen = observations[name] { seen } else { try backend.largestMagnitude(x.tensor) }
      // What isn't finite shows in the loss.
      return magnitude.isFinite ? try fakeQuantize(x, .step(ActivationRanges.step(range: Double(magnitude)))) : x
    }
  }

  /// LayerNorm of x + residual with the parameters under `prefix`.
  mutating func layerNorm(
    _ x: Variable, residual: Variable, _ prefix: String, _ weights: ModelWeights, epsilon: Double
  ) throws(TensorError) -> Variable {
    let scale = parameter("weight", prefix, weights)
    let shift = parameter("bias", prefix, weights)
    return try layerNorm(x, residual: residual, scale: scale, shift: shift, epsilon: Float(epsilon))
  }
}
