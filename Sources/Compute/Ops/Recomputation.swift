extension Tape {
  /// Runs `body` and keeps none of its activations; the backward pass runs it again to find its gradients.
  ///
  /// A layer's saved activations are so exchanged for its input: memory for about a third more arithmetic. Dropout draws
  /// the same masks both times, so results are the same bits as without.
  ///
  /// - Parameters:
  ///   - x: what `body` works on.
  ///   - parameters: all those that `body` asks its tape for.
  ///   - body: runs on a tape of its own, with the variable that stands for `x` there.
  /// - SeeAlso: Chen, Xu, Zhang, Guestrin, "Training deep nets with sublinear memory cost", 2016, arXiv:1604.06174.
  public mutating func recomputed(
    _ x: Variable, parameters: [(name: String, tensor: Tensor)],
    _ body: @escaping (Variable, inout Tape) throws(TensorError) -> Variable
  ) throws(TensorError) -> Variable {
    guard isRecording else { return try body(x, &self) }
    let (backend, randomBefore) = (backend, random)
    var forward = Tape(backend: backend, isRecording: false, random: random, isObserving: isObserving)
    let y = try body(forward.constant(x.tensor), &forward)
    random = forward.random
    takeObservations(of: forward)

    var inputs = [x]
    for (name, tensor) in parameters { inputs.append(parameter(name, tensor)) }
    return record(y.tensor, from: inputs) { (dy) throws(TensorError) in
      var again = Tape(backend: backend, random: randomBefore)
      // No parameter of a model has an empty name.
      let start = again.parameter("", x.tensor)
      let gradients = try again.backward(from: try body(start, &again), upstream: dy).byName
      return [gradients[""]] + parameters.map { gradients[$0.name] }
    }
  }
}
