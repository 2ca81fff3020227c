extension Tape {
  /// A linear layer with an optional activation fused behind it.
  ///
  ///     y = activation(x weightᵀ + bias)
  ///
  /// - Parameters:
  ///   - x: `[N, C]`.
  ///   - weight: `[O, C]`, as checkpoints store it.
  ///   - bias: `[O]`.
  /// - Returns: `[N, O]`.
  /// - Throws: ``TensorError/shapeMismatch(op:expected:found:)``.
  /// - Complexity: 2 N C O operations, twice that backward. Keeps x, and the sum before the activation if there is one.
  public mutating func linear(
    _ x: Variable, weight: Variable, bias: Variable?, activation: Activation = .none
  ) throws(TensorError) -> Variable {
    let outputs = weight.shape.dimensions.first ?? 0
    try check("linear, weight", weight.shape, is: [outputs, x.shape.last])
    if let bias { try check("linear, bias", bias.shape, is: [outputs]) }
    let result = try backend.linear(
      x.tensor, weight: weight.tensor, bias: bias?.tensor, activation: activation)
    let backend = backend
    let needs = LinearNeeds(input: x.isTracked, weight: weight.isTracked, bias: bias?.isTracked ?? false)
    return record(result.output, from: [x, weight] + (bias.map { [$0] } ?? [])) { (dy) throws(TensorError) in
      var dSum = dy
      if let preactivation = result.preactivation {
        dSum = try backend.activationVJP(dy, x: preactivation, activation)
      }
      let gradients = try backend.linearVJP(dSum, x: x.tensor, weight: weight.tensor, needs: needs)
      return [gradients.input, gradients.weight, gradients.bias]
    }
  }
}
