extension Tape {
  /// Layer normalisation of a sum over the last axis.
  ///
  ///     z = x + residual;  y = scale * (z - mean(z)) / sqrt(variance(z) + epsilon) + shift
  ///
  /// Mean and biased variance are taken over the last axis.
  ///
  /// - Parameters:
  ///   - x: `[N, C]`.
  ///   - residual: `[N, C]`, added first.
  ///   - scale: gain, `[C]`.
  ///   - shift: offset, `[C]`.
  ///   - epsilon: added to the variance; BERT checkpoints use 1e-12.
  /// - Throws: ``TensorError/shapeMismatch(op:expected:found:)``.
  /// - Complexity: O(N C). Keeps z and two numbers a row.
  /// - SeeAlso: Ba, Kiros, Hinton, "Layer Normalization", 2016, arXiv:1607.06450, section 3.
  public mutating func layerNorm(
    _ x: Variable, residual: Variable? = nil, scale: Variable, shift: Variable, epsilon: Float
  ) throws(TensorError) -> Variable {
    for parameter in [scale, shift] { try check("layerNorm", parameter.shape, is: [x.shape.last]) }
    if let residual { try check("layerNorm, residual", residual.shape, is: x.shape) }
    let saved = try backend.layerNorm(
      x.tensor, residual: residual?.tensor, scale: scale.tensor, shift: shift.tensor, epsilon: epsilon)
    let backend = backend
    return record(saved.output, from: [x, scale, shift] + (residual.map { [$0] } ?? [])) { (dy) throws(TensorError) in
      let gradients = try backend.layerNormVJP(dy, scale: scale.tensor, saved: saved)
      return [gradients.sum, gradients.scale, gradients.shift, gradients.sum]
    }
  }
}
