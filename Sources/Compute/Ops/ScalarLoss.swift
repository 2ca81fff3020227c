extension Tape {
  /// A loss that was computed outside of the backend, in Double, with its gradient in the logits.
  mutating func scalarLoss(
    _ logits: Variable, loss: Double, gradient: [Double]
  ) throws(TensorError) -> Variable {
    let backend = backend
    let shape = logits.shape
    return record(try backend.upload(doubles: [loss], shape: [1]), from: [logits]) { (dy) throws(TensorError) in
      let factor = try backend.doubles(dy)[0]
      return [try backend.upload(doubles: gradient.map { $0 * factor }, shape: shape)]
    }
  }
}
