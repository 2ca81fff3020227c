internal import CKernels

// In this file, a range lies inside of the rows or elements of tensors of one shape, and `keeping` holds their memory.

extension CPUBackend {
  public func fakeQuantize(_ x: Tensor, _ grid: QuantizationGrid) throws(TensorError) -> FakeQuantizeOutput {
    let (rows, columns) = (x.shape.rows, x.shape.last)
    let groups = grid.groupCount(columns: columns)
    let source = try floats(x, "fakeQuantize")
    let y = allocate(x.shape)
    let steps = allocate([rows, groups])
    let arguments = grid.kernel(columns: columns)
    let grain = max(1, Self.elementGrain / max(1, columns))
    split(rows, grain: grain, rounding: 1, keeping: [source, y.storage, steps.storage]) { range in
      var args = arguments
      let start = range.lowerBound * columns
      // There are `groups` steps for each row.
      unsafe table.fake_quantize_f32(
        range.count, columns, &args, source.start + start, y.storage.start + start,
        steps.storage.start + range.lowerBound * groups)
    }
    return FakeQuantizeOutput(output: y.tensor, steps: steps.tensor)
  }

  public func fakeQuantizeVJP(_ dy: Tensor, x: Tensor, _ grid: QuantizationGrid) throws(TensorError) -> Tensor {
    guard grid.givenStep != nil else { return dy }
    let upstream = try floats(dy, "fakeQuantizeVJP")
    let source = try floats(x, "fakeQuantizeVJP")
    let dx = allocate(x.shape)
    let arguments = grid.kernel(columns: x.shape.last)
    split(source.count, grain: Self.elementGrain, keeping: [source, upstream, dx.storage]) { range in
      var args = arguments
      let start = range.lowerBound
      unsafe table.fake_quantize_vjp_f32(
        range.count, &args, upstream.start + start, source.start + start, dx.storage.start + start)
    }
    return dx.tensor
  }

  public func largestMagnitude(_ x: Tensor) throws(TensorError) -> Float {
    let source = try floats(x, "largestMagnitude")
    let part = 1 << 16
    let parts = (source.count + part - 1) / part
    let found = FloatStorage(count: parts, pool: memory)
    withExtendedLifetime((source, found)) {
      workers.run(parts) { index, _ in
        let start = index * part
        // The part is clipped to the tensor, and there is a place for each part's answer.
        unsafe found.start[index] = unsafe table.largest_magnitude_f32(
          min(part, source.count - start), source.start + start)
      }
    }
    // A maximum is the same in any order; a NaN stays.
    return found.values.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
  }
}

extension QuantizationGrid {
  /// The same for C.
  fileprivate func kernel(columns: Int) -> ck_fake_quantize_args {
    let size = groupSize(columns: columns)
    let (limit, lowest) = (Float(limit), Float(lowest))
    return switch self {
    case .tokens:
      ck_fake_quantize_args(group: size, limit: limit, lowest: lowest, scale: 0, progressive: 0, reciprocal: 1)
    case .rows, .reducedRows:
      ck_fake_quantize_args(group: size, limit: limit, lowest: lowest, scale: 0, progressive: 0, reciprocal: 0)
    case .groups:
      ck_fake_quantize_args(group: size, limit: limit, lowest: lowest, scale: 0, progressive: 1, reciprocal: 0)
    case .step(let step):
      ck_fake_quantize_args(group: size, limit: limit, lowest: lowest, scale: step, progressive: 0, reciprocal: 1)
    }
  }
}
