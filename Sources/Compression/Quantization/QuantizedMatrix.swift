/// A matrix as s8 with one scale a row: element (i, j) is `values[i * columns + j] * scales[i]`.
public struct QuantizedMatrix: Equatable, Sendable {
  /// In -127...127, row-major.
  public let values: [Int8]
  /// Above 0; of a row of zeros 1.
  public let scales: [Float]

  public var columns: Int { values.count / max(1, scales.count) }
}
