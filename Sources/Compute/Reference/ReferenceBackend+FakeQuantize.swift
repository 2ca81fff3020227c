extension ReferenceBackend {
  /// y = q s,  q = clamp(round(x / s), lowest, limit),  s given, max |x| / limit, or a multiple of the row's step
  public func fakeQuantize(_ x: Tensor, _ grid: QuantizationGrid) throws(TensorError) -> FakeQuantizeOutput {
    let (rows, columns) = (x.shape.rows, x.shape.last)
    let a = try values(x, "fakeQuantize")
    let size = grid.groupSize(columns: columns)
    let (lowest, limit) = (Double(grid.lowest), Double(grid.limit))
    var y = zeros(x.shape)
    var steps: [Double] = []
    for i in 0..<rows {
      for begin in stride(from: 0, to: columns, by: size) {
        let group = i * columns + begin..<i * columns + min(columns, begin + size)
        let step = grid.step(of: a[group], in: a[i * columns..<(i + 1) * columns])
        for index in group where step != 0 {
          y[index] = step * max(lowest, min(limit, (a[index] / step).rounded(.toNearestOrEven)))
        }
        steps.append(step)
      }
    }
    return FakeQuantizeOutput(
      output: tensor(y, x.shape), steps: tensor(steps, [rows, grid.groupCount(columns: columns)]))
  }

  /// dx = dy where lowest <= round(x / s) <= limit, else 0
  public func fakeQuantizeVJP(_ dy: Tensor, x: Tensor, _ grid: QuantizationGrid) throws(TensorError) -> Tensor {
    guard let step = grid.givenStep.map(Double.init) else { return dy }
    let a = try values(x, "fakeQuantizeVJP")
    let upstream = try values(dy, "fakeQuantizeVJP")
    return tensor(
      zip(a, upstream).map { (x, dy) in
        (Double(grid.lowest)...Double(grid.limit)).contains((x / step).rounded(.toNearestOrEven)) ? dy : 0
      }, x.shape)
  }

  /// max |x|
  public func largestMagnitude(_ x: Tensor) throws(TensorError) -> Float {
    Float(try values(x, "largestMagnitude").reduce(0) { $1.isFinite ? max($0, $1.magnitude) : .nan })
  }
}

extension QuantizationGrid {
  /// The step of values that share one: given, a multiple of their row's, or max |x| / limit; for values that are all below
  /// 1e-30 the step that zeros have. NaN where a value isn't finite.
  fileprivate func step(of group: ArraySlice<Double>, in row: ArraySlice<Double>) -> Double {
    if let givenStep { return Double(givenStep) }
    guard let largest = largestMagnitude(group) else { return .nan }
    if case .groups = self {
      guard let step = largestMagnitude(row).map({ roundedToSevenBits($0 / 120) }), 15 * step <= 65504 else {
        return .nan
      }
      return max(1, min(15, (largest / (8 * step)).rounded(.toNearestOrEven))) * step
    }
    guard largest >= 1e-30 else { return self == .tokens ? 0 : 1 }
    return largest / Double(limit)
  }
}

/// Nil where a value isn't finite.
private func largestMagnitude(_ values: ArraySlice<Double>) -> Double? {
  values.allSatisfy(\.isFinite) ? values.reduce(0) { max($0, $1.magnitude) } : nil
}

/// A number of at least 0 rounded to seven significant bits, or to multiples of 2^-24 where those are larger; ties to even;
/// at least 2^-24.
private func roundedToSevenBits(_ x: Double) -> Double {
  let unit = max(0x1p-24, x.binade * 0x1p-6)
  return max(0x1p-24, (x / unit).rounded(.toNearestOrEven) * unit)
}
