extension PackedLinear {
  /// The same layer of s8 weights, its inputs quantised by one step for all tokens instead of one of each token's own.
  ///
  /// - Precondition: the step is positive.
  public func quantizingInputs(by step: Float) -> PackedLinear {
    precondition(step > 0 && step.isFinite, "a step of \(step)")
    var layer = self
    layer.activationScale = step
    return layer
  }
}
