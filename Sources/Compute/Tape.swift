/// A record of coarse operations, from which the gradients of its parameters are found.
///
/// Operations live in `Ops/`, one file each, forward and VJP together. A tape serves one forward and one backward pass:
/// ``backward(from:)`` consumes it. A tape that doesn't record keeps nothing, so that activations die as soon as they
/// were used.
public struct Tape: ~Copyable {
  public let backend: any Backend
  /// Whether gradients will be asked for.
  public let isRecording: Bool
  /// Where dropout masks come from; nil switches dropout off.
  var random: RandomStream?
  /// Whether ``observe(_:as:)`` looks at values; they are read back to do so.
  public let isObserving: Bool
  /// What was observed so far: the largest magnitudes, by name.
  public private(set) var observations: [String: Float] = [:]

  private var nodes: [Node] = []
  private var parameterNames: [Int: String] = [:]
  private var parameterVariables: [String: Variable] = [:]

  public init(
    backend: any Backend, isRecording: Bool = true, random: RandomStream? = nil, isObserving: Bool = false
  ) {
    self.backend = backend
    self.isRecording = isRecording
    self.random = random
    self.isObserving = isObserving
  }

  /// A value whose gradient is wanted under `name`. Asking twice gives the same variable.
  public mutating func parameter(_ name: String, _ tensor: Tensor) -> Variable {
    guard isRecording else { return Variable(tensor: tensor, node: nil) }
    if let known = parameterVariables[name] { return known }
    nodes.append(Node(inputs: [], vjp: nil))
    let variable = Variable(tensor: tensor, node: nodes.count - 1)
    parameterNames[nodes.count - 1] = name
    parameterVariables[name] = variable
    return variable
  }

  /// A value without a gradient.
  public func constant(_ tensor: Tensor) -> Variable { Variable(tensor: tensor, node: nil) }

  /// Notes the largest magnitude of a value under `name`, if the tape observes: NaN where an element isn't finite.
  public mutating func observe(_ x: Variable, as name: String) throws(TensorError) {
    if isObserving { observations[name] = try backend.largestMagnitude(x.tensor) }
  }

  /// Takes over what was observed on a tape that ran a part of this one.
  mutating func takeObservations(of part: borrowing Tape) {
    for (name, magnitude) in part.observations { observations[name] = magnitude }
  }

  /// Makes `tensor` a variable whose gradient `vjp` passes on to `inputs`, in their order.
  mutating func record(
    _ tensor: Tensor, from inputs: [Variable], vjp: @escaping (Tensor) throws(TensorError) -> [Tensor?]
  ) -> Variable {
    guard isRecording, inputs.contains(where: { $0.node != nil }) else { return Variable(tensor: tensor, node: nil) }
    nodes.append(Node(inputs: inputs.map(\.node), vjp: vjp))
    return Variable(tensor: tensor, node: nodes.count - 1)
  }

  /// The gradient of the scalar `loss` in each parameter that it depends on.
  ///
  /// - Throws: ``TensorError/notDifferentiated(op:)`` if `loss` was not made on this tape.
  /// - Complexity: about twice the arithmetic of the forward pass. Saved activations are freed on the way.
  public consuming func backward(from loss: Variable) throws(TensorError) -> Gradients {
    guard loss.shape.count == 1 else { throw .notDifferentiated(op: "backward") }
    let one = try backend.upload([1], shape: loss.shape)
    return try backward(from: loss, upstream: one)
  }

  /// Σ upstream ∂y/∂parameter for each parameter that `y` depends on; upstream is of y's shape.
  package consuming func backward(from y: Variable, upstream: Tensor) throws(TensorError) -> Gradients {
    guard let last = y.node else { throw .notDifferentiated(op: "backward") }
    try check("backward", upstream.shape, is: y.shape)
    var pending: [Int: Tensor] = [last: upstream]
    var gradients: [String: Tensor] = [:]
    for index in stride(from: last, through: 0, by: -1) {
      let node = nodes[index]
      nodes[index] = Node(inputs: [], vjp: nil)  // frees what the closure saved
      guard let dy = pending.removeValue(forKey: index) else { continue }
      guard let vjp = node.vjp else {
        if let name = parameterNames[index] { gradients[name] = dy }
        continue
      }
      for (input, gradient) in zip(node.inputs, try vjp(dy)) {
        guard let input, let gradient else { continue }
        if let present = pending[input] {
          pending[input] = try backend.add(present, gradient)
        } else {
          pending[input] = gradient
        }
      }
    }
    return Gradients(byName: gradients)
  }
}

/// A tensor on a tape.
public struct Variable: Sendable {
  public let tensor: Tensor
  let node: Int?

  public var shape: Shape { tensor.shape }
  /// Whether a gradient flows into it.
  var isTracked: Bool { node != nil }
}

/// Gradients by parameter name.
public struct Gradients: Sendable {
  public var byName: [String: Tensor]

  public init(byName: [String: Tensor] = [:]) { self.byName = byName }

  /// Adds those of another batch.
  public mutating func add(_ other: Gradients, on backend: any Backend) throws(TensorError) {
    for (name, gradient) in other.byName {
      if let present = byName[name] {
        byName[name] = try backend.add(present, gradient)
      } else {
        byName[name] = gradient
      }
    }
  }
}

private struct Node {
  let inputs: [Int?]
  let vjp: ((Tensor) throws(TensorError) -> [Tensor?])?
}

/// Throws unless `found` is `expected`.
func check(_ op: String, _ found: Shape, is expected: Shape) throws(TensorError) {
  if found != expected { throw .shapeMismatch(op: op, expected: expected, found: found) }
}
