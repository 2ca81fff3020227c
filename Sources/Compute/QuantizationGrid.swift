/// The numbers that a quantised format has: whole multiples of steps, and what values share a step.
public enum QuantizationGrid: Hashable, Sendable {
  /// s8, -127...127, a step for each row: max |row| / 127. Rows are multiplied by 127 / max |row|, as the integer product
  /// quantises a token's activations; a row of zeros has the step 0.
  case tokens
  /// s8, -127...127, a step for each row: max |row| / 127. Rows are divided by their step. For weights, whose rows are
  /// output channels, and look-up tables; a row of zeros has the step 1.
  case rows
  /// The same in half the range, -64...64: max |row| / 64. The product of such weights takes fewer instructions where there
  /// is no VNNI: see `gemm_s8_pairs.c`.
  case reducedRows
  /// 4 bits, -8...7, a step for each group of that many consecutive values of a row, which is a whole multiple, 1 to 15, of a
  /// step of its row: the numbers of stored weights of four bits, whose products are exact in integers.
  ///
  ///     row step = max |row| / 120     to a multiple of 2^-24 with a significand of 7 bits, at least 2^-24
  ///     step = m * row step            m = max |group| / (8 * row step), to the nearest of 1...15
  ///
  /// Each step is exact in F16, and each product of a whole number with its step in F32. Of a group's largest magnitude a
  /// negative value is met and a positive one clipped, by about a step; their step grows with it, so the gradient isn't cut
  /// there. Groups start at each row's left; the last may be shorter. A row with magnitudes above some 5.2e5, whose steps F16
  /// doesn't have, becomes NaN.
  case groups(of: Int)
  /// s8, -128...127, of one step for all: values are multiplied by its inverse, as the integer product quantises
  /// activations when it is told their step. The only grid that clips where the gradient is to know of it.
  case step(Float)

  /// The largest whole number.
  public var limit: Int {
    switch self {
    case .tokens, .rows, .step: 127
    case .reducedRows: 64
    case .groups: 7
    }
  }

  /// The least whole number.
  public var lowest: Int {
    switch self {
    case .tokens, .rows, .reducedRows: -limit
    case .groups, .step: -limit - 1
    }
  }

  /// How many consecutive values of a row of `columns` share a step.
  func groupSize(columns: Int) -> Int {
    switch self {
    case .groups(let size): max(1, size)
    case .tokens, .rows, .reducedRows, .step: max(1, columns)
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
