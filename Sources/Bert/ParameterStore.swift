public import Compute

/// A model's parameters by the names of the checkpoint, in the order of the model.
public struct ParameterStore: Sendable {
  public let names: [String]
  private var tensors: [String: Tensor]

  /// - Precondition: no name comes twice.
  public init(_ parameters: [(name: String, tensor: Tensor)]) {
    names = parameters.map(\.name)
    tensors = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.tensor) })
  }

  /// The parameter of this name.
  ///
  /// - Precondition: the model has it. Whoever makes a store checks names that come from outside.
  public subscript(name: String) -> Tensor {
    get {
      guard let tensor = tensors[name] else { preconditionFailure("no parameter is named \(name)") }
      return tensor
    }
    _modify {
      // Taken out while it is changed, so that the caller's change is made in place.
      guard var tensor = tensors.removeValue(forKey: name) else {
        preconditionFailure("no parameter is named \(name)")
      }
      defer { tensors[name] = tensor }
      yield &tensor
    }
  }

  /// Those whose names begin with `prefix`, in their order.
  func entries(under prefix: String) -> [(name: String, tensor: Tensor)] {
    names.filter { $0.hasPrefix(prefix) }.map { ($0, self[$0]) }
  }

  /// The number of trainable values.
  public var count: Int { tensors.values.reduce(0) { $0 + $1.shape.count } }
}
