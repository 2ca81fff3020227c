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
    let packed = pack(
      unsafe Operand(start: weights.start, rowStride: 1, columnStride: k), rows: k, columns: n, keeping: [weights])
    var args = ck_gemm_args()
    args.m = m
    args.n = n
    args.k = k
    // All are of the sizes that the shapes say; `keeping` holds them.
    unsafe args.a = UnsafePointer(source.start)
    args.a_row_stride = k
    args.a_col_stride = 1
    unsafe args.b = UnsafeRawPointer(packed.start)
    args.b_type = CK_TYPE_F32
    unsafe args.c = result.storage.start
    args.c_row_stride = n
    if let offset { unsafe args.bias = UnsafePointer(offset.start) }
    args.activation = activation.kernel
    if let before {
      unsafe args.preactivation = before.storage.start
      args.preactivation_row_stride = n
    }
    var keeping: [TensorStorage] = [source, weights, packed, result.storage]
    if let offset { keeping.append(offset) }
    if let before { keeping.append(before.storage) }
    unsafe gemm(args, keeping: keeping)
    return LinearOutput(output: result.tensor, preactivation: before?.tensor)
  }

  public func linearVJP(
    _ dy: Tensor, x: Tensor, weight: Tensor, needs: LinearNeeds
  ) throws(TensorError) -> LinearGradients {
    let (m, k, n) = (x.shape.rows, x.shape.last, weight.shape.rows)
    let upstream = try floats(dy, "linearVJP")
    let source = try floats(x, "linearVJP")
    let weights = try floats(weight, "linearVJP")
    let keeping: [TensorStorage] = [upstream, source, weights]
    var dx: Tensor?
    if needs.input {
      // dx [m, k] = dy [m, n] weight [n, k].
      let result = allocate(x.shape)
      unsafe product(
        Operand(start: upstream.start, rowStride: n, columnStride: 1), m: m, k: n,
        Operand(start: weights.start, rowStride: k, columnStride: 1), n: k, into: result.storage, keeping: keeping)
      dx = result.tensor
    }
    var dWeight: Tensor?
    if needs.weight {
      // dWeight [n, k] = dyᵀ [n, m] x [m, k].
      let result = allocate(weight.shape)
      unsafe product(
        Operand(start: upstream.start, rowStride: 1, columnStride: n), m: n, k: m,
        Operand(start: source.start, rowStride: k, columnStride: 1), n: k, into: result.storage, keeping: keeping)
      dWeight = result.tensor
    }
    var dBias: Tensor?
    if needs.bias {
      let result = allocate([n])
      split(n, grain: max(16, Self.elementGrain / max(1, m)), keeping: [upstream, result.storage]) { columns in
        unsafe table.sum_rows_f32(
          m, n, columns.lowerBound, columns.upperBound, upstream.start, result.storage.start)
      }
      dBias = result.tensor
    }
    return LinearGradients(input: dx, weight: dWeight, bias: dBias)
  }
}
