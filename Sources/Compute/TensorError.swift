/// Why an operation on tensors cannot be done.
public enum TensorError: Error, Equatable, Sendable {
  case shapeMismatch(op: String, expected: Shape, found: Shape)
  case indexOutOfRange(op: String, index: Int, bound: Int)
  case countMismatch(op: String, expected: Int, found: Int)
  case foreignTensor(op: String, backend: String)
  case notDifferentiated(op: String)
  case notFinite(op: String)
  case gridOutOfRange(op: String, QuantizationGrid)
}

extension TensorError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .shapeMismatch(let op, let expected, let found): "\(op): expected shape \(expected), found \(found)"
    case .indexOutOfRange(let op, let index, let bound): "\(op): index \(index) is not in 0..<\(bound)"
    case .countMismatch(let op, let expected, let found): "\(op): expected \(expected) elements, found \(found)"
    case .foreignTensor(let op, let backend): "\(op): the tensor does not belong to the backend '\(backend)'"
    case .notDifferentiated(let op): "\(op): the value was not made on this tape, so it has no gradient"
    case .notFinite(let op): "\(op): expected finite numbers, found an infinity or NaN"
    case .gridOutOfRange(let op, let grid): "\(op): expected a positive group size or step, found \(grid)"
    }
  }
}
