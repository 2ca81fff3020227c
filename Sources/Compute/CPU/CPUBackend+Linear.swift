internal import CKernels

extension CPUBackend {
  public func linear(
    _ x: Tensor, weight: Tensor, bias: Tensor?, activation: Activation
  ) throws(TensorError) -> LinearOutput {
    let (m, k, n) = (x.shape.rows, x.shape.last, weight.shape.rows)
    let source = try floats(x, "linear")
    let weights = try floats(weight, "linear")
    let offset: FloatStorage? = if let bias { try floats(bias, "linear") } else { nil }
    let result = allocate([m, n])
    let before = activation == .none ? nil : allocate([m, n])
    // weightᵀ is [k, n]: column j is row j of the weight.
    let packed = pack(Operand(weights, rowStride: 1, columnStride: k), rows: k, columns: n)
    gemm(
      Product(
        m: m, n: n, k: k, a: Operand(source, rowStride: k, columnStride: 1), b: packed, c: result.storage, bias: offset,
        activation: activation, preactivation: before?.storage))
    return LinearOutput(output: result.tensor, preactivation: before?.tensor)
  }

  public func linearVJP(
    _ dy: Tensor, x: Tensor, weight: Tensor, needs: LinearNeeds
  ) throws(TensorError) -> LinearGradients {
    let (m, k, n) = (x.shape.rows, x.shape.last, weight.shape.rows)
    let upstream = try floats(dy, "linearVJP")
    let source = try floats(x, "linearVJP")
    let weights = try floats(weight, "linearVJP")
    var dx: Tensor?
    if needs.input {
      // dx [m, k] = dy [m, n] weight [n, k].
      let result = allocate(x.shape)
      let packed = pack(Operand(weights, rowStride: k, columnStride: 1), rows: n, columns: k)
      gemm(
        Product(
          m: m, n: k, k: n, a: Operand(upstream, rowStride: n, columnStride: 1), b: packed, c: result.storage))
      dx = result.tensor
    }
    var dWeight: Tensor?
    if needs.weight {
      // dWeight [n, k] = dyᵀ [n, m] x [m, k].
      let result = allocate(weight.shape)
      let packed = pack(Operand(source, rowStride: k, columnStride: 1), rows: m, columns: k)
      gemm(
        Product(
          m: n, n: k, k: m, a: Operand(upstream, rowStride: 1, columnStride: n), b: packed, c: result.storage))
      dWeight = result.tensor
    }
    var dBias: Tensor?
    if needs.bias {
      let result = allocate([n])
      split(n, grain: max(16, Self.elementGrain / max(1, m)), keeping: [upstream, result.storage]) { columns in
        // The columns are in 0..<n, and `keeping` holds both.
        unsafe table.sum_rows_f32(
          m, n, columns.lowerBound, columns.upperBound, upstream.start, result.storage.start)
      }
      dBias = result.tensor
    }
    return LinearGradients(input: dx, weight: dWeight, bias: dBias)
  }
}
