public import Compute

/// Quantises a matrix to s8, each row by its own scale, symmetrically.
///
///     q_ij = round(w_ij / scale_i) in -limit...limit, ties to even        scale_i = clip_i / limit
///
/// with the limit 127, or 64 in a reduced range. Magnitudes above `clip_i` become the limit or its negative. Without zero
/// points, sums of products need no correction.
public struct WeightQuantizer: Sendable {
  /// How the clip of a row is chosen.
  public enum Clipping: String, CaseIterable, Sendable, Codable {
    /// That of the least squared error among 33: the row's largest magnitude times 1, 63/64, 62/64 ... 1/2.
    ///
    /// A few large weights then cost themselves a little instead of costing all others their precision.
    case leastSquaredError = "least-squared-error"
    /// The row's largest magnitude: nothing is clipped, and no error exceeds half a scale.
    case largestMagnitude = "largest-magnitude"
  }

  public let clipping: Clipping
  /// Whether linear layers have the numbers -64...64 alone: one bit less, for a product of fewer instructions where there is
  /// no VNNI. Tables of embeddings, which nothing is multiplied by, keep -127...127.
  public let reducesRange: Bool

  public init(clipping: Clipping = .leastSquaredError, reducesRange: Bool = false) {
    self.clipping = clipping
    self.reducesRange = reducesRange
  }

  private var limit: Float { Float((reducesRange ? QuantizationGrid.reducedRows : .rows).limit) }
  /// Of this, every product is finite; only a clip near the largest of all numbers would ask for more.
  private static let largestScale = Float.greatestFiniteMagnitude / 128
  /// A row all of whose magnitudes are below this counts as zeros: its scale would be no normal number.
  private var smallestMagnitude: Float { limit * Float.leastNormalMagnitude }

  /// - Parameter values: `[rows, columns]`, row-major, finite.
  /// - Complexity: O(values.count), times 33 where the clip is searched for.
  /// - Precondition: `columns` is above 0 and divides the number of values.
  public func quantized(_ values: [Float], columns: Int) -> QuantizedMatrix {
    precondition(columns > 0 && values.count.isMultiple(of: columns), "\(values.count) values in rows of \(columns)")
    let (limit, smallestMagnitude) = (limit, smallestMagnitude)
    var quantized: [Int8] = []
    quantized.reserveCapacity(values.count)
    var scales: [Float] = []
    scales.reserveCapacity(values.count / columns)
    // Padded with zeros, which have no error.
    var row = [SIMD8<Float>](repeating: .zero, count: (columns + 7) / 8)
    for start in stride(from: 0, to: values.count, by: columns) {
      let range = start..<start + columns
      var largest: Float = 0
      for (column, index) in range.enumerated() {
        row[column / 8][column % 8] = values[index]
        largest = max(largest, abs(values[index]))
      }
      guard largest >= smallestMagnitude else {
        quantized += repeatElement(0, count: columns)
        scales.append(1)
        continue
      }
      let scale = scale(row, largest: largest)
      scales.append(scale)
      for index in range {
        let rounded = (values[index] / scale).rounded(.toNearestOrEven)
        quantized.append(Int8(min(max(rounded, -limit), limit)))
      }
    }
    return QuantizedMatrix(rows: scales.count, columns: columns, values: quantized, steps: scales)
  }

  private func scale(_ row: [SIMD8<Float>], largest: Float) -> Float {
    let unclipped = min(largest / limit, Self.largestScale)
    guard clipping == .leastSquaredError else { return unclipped }
    var best = (scale: unclipped, error: Double.infinity)
    for step in 0...32 {
      let scale = unclipped * (1 - Float(step) / 64)
      guard scale >= Float.leastNormalMagnitude else { break }
      let error = squaredError(row, scale: scale)
      if error < best.error { best = (scale, error) }
    }
    return best.scale
  }

  /// The sum of the squares of what rounding and clipping take from a row.
  private func squaredError(_ row: [SIMD8<Float>], scale: Float) -> Double {
    // Adding and taking away 1.5 * 2^23 rounds a Float of less than 2^22 to a whole number, ties to even, in two
    // instructions of any vector unit. The quotients are at most 254.
    let rounder = SIMD8<Float>(repeating: 0x1.8p23)
    let limit = SIMD8<Float>(repeating: self.limit)
    let inverse = 1 / scale
    var sum = SIMD8<Float>.zero
    for values in row {
      let exact = values * inverse
      var rounded = (exact + rounder) - rounder
      rounded.replace(with: limit, where: rounded .> limit)
      rounded.replace(with: -limit, where: rounded .< -limit)
      let error = exact - rounded
      sum += error * error
    }
    // In units of the scale until here, where nothing can overflow.
    return Double(sum.sum()) * Double(scale) * Double(scale)
  }
}
