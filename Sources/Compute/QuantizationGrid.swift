/// The numbers that a quantised format has: whole multiples of steps, and what values share a step.
public enum QuantizationGrid: Hashable, Sendable {
  /// s8, -127...127, a step for each row: max |row| / 127. Rows are multiplied by 127 / max |row|, as the integer product
  /// quantises a token's activations; a row of zeros has the step 0.
  case tokens
  /// s8, -127...127, a step for each row: max |row| / 127. Rows are divided by their step. For weights, whose rows are
  /// output channels, and look-up tables; a row of zeros has the step 1.
  case rows
  /// 4 bits, -7...7, a step for each group of that many consecutive values of a row: max |group| / 7, rounded to F16.
  /// Groups start at each row's left; the last may be shorter. A group of zeros has the step 1.
  case groups(of: Int)
  /// s8, -127...127, of one step for all: values are multiplied by its inverse, as the integer product quantises
  /// activations when it is told their step. The only grid that clips.
  case step(Float)

  /// The largest whole number.
  public var limit: Int {
    switch self {
    case .tokens, .rows, .step: 127
    case .groups: 7
    }
  }

  /// How many consecutive values of a row of `columns` share a step.
  func groupSize(columns: Int) -> Int {
    switch self {
    case .groups(let size): max(1, size)
    case .tokens, .rows, .step: max(1, columns)
    }
  }

  /// Steps a row.
  func groupCount(columns: Int) -> Int {
    let size = groupSize(columns: columns)
    return (columns + size - 1) / size
  }

  /// The step that is given, not taken from the values.
  var givenStep: Float? {
    if case .step(let step) = self { step } else { nil }
  }
}

/// Floats that are whole multiples of steps, and the steps.
public struct FakeQuantizeOutput: Sendable {
  /// Of the shape of what was quantised.
  public let output: Tensor
  /// `[rows, groups a row]`; one a row but for ``QuantizationGrid/groups(of:)``.
  public let steps: Tensor
}

/// A matrix of whole numbers and the steps that they are multiples of: value (i, j) is
/// `values[i * columns + j] * steps[i * groupCount + j / groupSize]`.
public struct QuantizedMatrix: Equatable, Sendable {
  public let rows: Int
  public let columns: Int
  public let groupSize: Int
  public let values: [Int8]
  public let steps: [Float]

  /// - Parameter groupSize: how many consecutive values of a row share a step; nil for a step a row.
  /// - Precondition: the counts agree with each other.
  public init(rows: Int, columns: Int, groupSize: Int? = nil, values: [Int8], steps: [Float]) {
    self.rows = rows
    self.columns = columns
    self.groupSize = groupSize ?? max(1, columns)
    self.values = values
    self.steps = steps
    precondition(
      values.count == rows * columns && steps.count == rows * groupCount,
      "\(values.count) values and \(steps.count) steps for [\(rows), \(columns)] in groups of \(self.groupSize)")
  }

  /// Steps a row.
  public var groupCount: Int { (columns + groupSize - 1) / groupSize }
}

extension Backend {
  /// The whole numbers and steps whose products ``fakeQuantize(_:_:)`` gives: what a converter writes.
  ///
  /// - Throws: ``TensorError/notFinite(op:)`` for values that have no whole numbers.
  public func quantized(_ x: Tensor, _ grid: QuantizationGrid) throws(TensorError) -> QuantizedMatrix {
    let (rows, columns) = (x.shape.rows, x.shape.last)
    let result = try fakeQuantize(x, grid)
    let floats = try read(result.output)
    let steps = try read(result.steps)
    let (size, groups) = (grid.groupSize(columns: columns), grid.groupCount(columns: columns))
    var values: [Int8] = []
    values.reserveCapacity(floats.count)
    for i in 0..<rows {
      for j in 0..<columns {
        let step = steps[i * groups + j / size]
        // A product is rounded by less than half a step, so this finds its whole number.
        let whole = step == 0 ? 0 : (floats[i * columns + j] / step).rounded(.toNearestOrEven)
        guard let value = Int8(exactly: whole) else { throw .notFinite(op: "quantise") }
        values.append(value)
      }
    }
    return QuantizedMatrix(rows: rows, columns: columns, groupSize: size, values: values, steps: steps)
  }
}
