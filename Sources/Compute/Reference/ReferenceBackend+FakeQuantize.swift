extension ReferenceBackend {
  /// y = q s,  q = clamp(round(x / s), -limit, limit),  s given or max |x| / limit of each group
  public func fakeQuantize(_ x: Tensor, _ grid: QuantizationGrid) throws(TensorError) -> FakeQuantizeOutput {
    let (rows, columns) = (x.shape.rows, x.shape.last)
    let a = try values(x, "fakeQuantize")
    let size = grid.groupSize(columns: columns)
    let limit = Double(grid.limit)
    var y = zeros(x.shape)
    var steps: [Double] = []
    for i in 0..<rows {
      for begin in stride(from: 0, to: columns, by: size) {
        let group = i * columns + begin..<i * columns + min(columns, begin + size)
        let step = grid.step(of: a[group])
        for index in group where step != 0 {
          y[index] = step * max(-limit, min(limit, (a[index] / step).rounded(.toNearestOrEven)))
        }
        steps.append(step)
      }
    }
    return FakeQuantizeOutput(
      output: tensor(y, x.shape), steps: tensor(steps, [rows, grid.groupCount(columns: columns)]))
  }

  /// dx = dy where |round(x / s)| <= limit, else 0
  public func fakeQuantizeVJP(_ dy: Tensor, x: Tensor, _ grid: QuantizationGrid) throws(TensorError) -> Tensor {
    guard let step = grid.givenStep.map(Double.init) else { return dy }
    let a = try values(x, "fakeQuantizeVJP")
    let upstream = try values(dy, "fakeQuantizeVJP")
    return tensor(
      zip(a, upstream).map { (x, dy) in
        (x / step).rounded(.toNearestOrEven).magnitude <= Double(grid.limit) ? dy : 0
      }, x.shape)
  }

  /// max |x|
  public func largestMagnitude(_ x: Tensor) throws(TensorError) -> Float {
    Float(try values(x, "largestMagnitude").reduce(0) { $1.isFinite ? max($0, $1.magnitude) : .nan })
  }
}

extension QuantizationGrid {
  /// The step of values that share one: given, or max |x| / limit, that of groups rounded to half precision. For values
  /// that are all below 1e-30 the step that `zeros` have. NaN where a value isn't finite.
  fileprivate func step(of group: ArraySlice<Double>) -> Double {
    if let givenStep { return Double(givenStep) }
    guard group.allSatisfy(\.isFinite) else { return .nan }
    let largest = group.reduce(0) { max($0, $1.magnitude) }
    let zeros = self == .tokens ? 0.0 : 1.0
    guard largest >= 1e-30 else { return zeros }
    let step = largest / Double(limit)
    guard case .groups = self else { return step }
    let half = roundedToHalf(step)
    return half == 0 ? zeros : half
  }
}

/// A positive number rounded to eleven significant bits, or to multiples of 2^-24 where those are larger; ties to even.
private func roundedToHalf(_ x: Double) -> Double {
  let unit = max(0x1p-24, x.binade * 0x1p-10)
  let rounded = (x / unit).rounded(.toNearestOrEven) * unit
  return rounded > 65504 ? .infinity : rounded
}
