/// The meaning of each operation: its formula in plain loops over Doubles, on one thread, nothing fused or blocked.
///
/// The oracle that other backends are held against. Its VJPs are held against central differences of its own forward
/// functions. Dropout draws the masks that every backend draws, so that results can be compared.
///
/// - Complexity: what the formulas say; some hundred times slower than the CPU's kernels. For tests and small models.
public final class ReferenceBackend: Backend {
  public init() {}

  public var name: String { "reference" }

  public func upload(_ values: [Float], shape: Shape) throws(TensorError) -> Tensor {
    try upload(doubles: values.map(Double.init), shape: shape)
  }

  public func read(_ tensor: Tensor) throws(TensorError) -> [Float] { try doubles(tensor).map { Float($0) } }

  public func upload(doubles: [Double], shape: Shape) throws(TensorError) -> Tensor {
    guard doubles.count == shape.count else {
      throw .countMismatch(op: "upload", expected: shape.count, found: doubles.count)
    }
    return tensor(doubles, shape)
  }

  public func doubles(_ tensor: Tensor) throws(TensorError) -> [Double] { try values(tensor, "read") }

  /// The numbers of a tensor of this kind of backend.
  func values(_ tensor: Tensor, _ op: String) throws(TensorError) -> [Double] {
    guard let storage = tensor.storage as? DoubleStorage else { throw .foreignTensor(op: op, backend: name) }
    return storage.values
  }

  func tensor(_ values: [Double], _ shape: Shape) -> Tensor {
    Tensor(shape: shape, storage: DoubleStorage(values))
  }

  func zeros(_ shape: Shape) -> [Double] { [Double](repeating: 0, count: shape.count) }
}

/// Unchecked as TensorStorage says; this one never changes.
private final class DoubleStorage: TensorStorage, @unchecked Sendable {
  let values: [Double]

  init(_ values: [Double]) {
    self.values = values
    super.init()
  }
}
