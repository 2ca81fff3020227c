/// The dimensions of a tensor, outermost first; the last is contiguous in memory.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral {
  public let dimensions: [Int]

  public init(_ dimensions: [Int]) { self.dimensions = dimensions }
  public init(arrayLiteral dimensions: Int...) { self.dimensions = dimensions }

  /// The number of elements.
  public var count: Int { dimensions.reduce(1, *) }
  /// The contiguous dimension; 1 for a scalar.
  public var last: Int { dimensions.last ?? 1 }
  /// The product of all dimensions but the last.
  public var rows: Int { dimensions.dropLast().reduce(1, *) }
}

extension Shape: CustomStringConvertible {
  public var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}
