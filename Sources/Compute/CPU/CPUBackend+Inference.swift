internal import CKernels

extension CPUBackend {
  /// activation(x weightᵀ + bias) + residual: x `[N, inputs]`, residual `[N, outputs]`.
  public func linear(
    _ x: Tensor, _ layer: PackedLinear, activation: Activation = .none, residual: Tensor? = nil
  ) throws(TensorError) -> Tensor {
    let m = x.shape.rows
    try check("linear", x.shape, is: [m, layer.inputs])
    if let residual { try check("linear, residual", residual.shape, is: [m, layer.outputs]) }
    let source = try floats(x, "linear")
    let result = allocate([m, layer.outputs])
    var keeping: [TensorStorage] = [source, layer.panels, result.storage]
    var args = ck_gemm_args()
    args.m = m
    args.n = layer.outputs
    args.k = layer.inputs
    // Sizes as checked; `keeping` holds the memory.
    unsafe args.a = UnsafePointer(source.start)
    args.a_row_stride = layer.inputs
    args.a_col_stride = 1
    unsafe args.b = UnsafeRawPointer(layer.panels.start)
    args.b_type = layer.type
    unsafe args.c = result.storage.start
    args.c_row_stride = layer.outputs
    if let bias = layer.bias {
      unsafe args.bias = UnsafePointer(bias.start)
      keeping.append(bias)
    }
    args.activation = activation.kernel
    if let residual {
      let other = try floats(residual, "linear, residual")
      unsafe args.residual = UnsafePointer(other.start)
      args.residual_row_stride = layer.outputs
      keeping.append(other)
    }
    unsafe gemm(args, keeping: keeping)
    return result.tensor
  }

  /// LayerNorm for inference: nothing is kept.
  public func layerNorm(_ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float) throws(TensorError) -> Tensor {
    let (rows, columns) = (x.shape.rows, x.shape.last)
    for parameter in [scale, shift] { try check("layerNorm", parameter.shape, is: [columns]) }
    let source = try floats(x, "layerNorm")
    let gain = try floats(scale, "layerNorm")
    let offset = try floats(shift, "layerNorm")
    let y = allocate(x.shape)
    let grain = max(1, Self.elementGrain / max(1, columns))
    split(rows, grain: grain, rounding: 1, keeping: [source, gain, offset, y.storage]) { range in
      let start = range.lowerBound * columns
      unsafe table.layernorm_f32(
        range.count, columns, source.start + start, nil, gain.start, offset.start, epsilon, y.storage.start + start,
        nil, nil, nil)
    }
    return y.tensor
  }

  /// Self-attention for inference, from the three projections side by side: `[N, 3 C]` to `[N, C]`.
  public func attention(
    queryKeyValue: Tensor, layout: SequenceLayout, headCount: Int
  ) throws(TensorError) -> Tensor {
    let stride = queryKeyValue.shape.last
    let columns = stride / 3
    guard headCount > 0, stride == columns / headCount * headCount * 3 else {
      throw .shapeMismatch(op: "attention", expected: [layout.tokenCount, 3 * headCount], found: queryKeyValue.shape)
    }
    try check("attention", queryKeyValue.shape, is: [layout.tokenCount, stride])
    let source = try floats(queryKeyValue, "attention")
    let context = allocate([layout.tokenCount, columns])
    let heads = HeadTasks(layout: layout, headCount: headCount, headSize: columns / headCount)
    let scratch = unsafe table.attention_scratch_count(heads.longest, heads.headSize)
    // Some heads a task: a head of a short sentence is less work than taking a task.
    let perTask = max(1, min(headCount, 65536 / max(1, heads.longest * heads.longest * heads.headSize)))
    let tasks = (heads.count + perTask - 1) / perTask
    unsafe share(tasks, scratchCount: scratch, keeping: [source, context.storage]) { task, scratch in
      for head in task * perTask..<min(heads.count, (task + 1) * perTask) {
        var args = unsafe heads.arguments(
          head, source.start, source.start + columns, source.start + 2 * columns, rowStride: stride,
          context.storage.start, contextRowStride: columns, dropout: nil)
        unsafe table.attention_f32(&args, scratch)
      }
    }
    return context.tensor
  }
}
