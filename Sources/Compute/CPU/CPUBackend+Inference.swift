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
    let other: FloatStorage? = if let residual { try floats(residual, "linear, residual") } else { nil }
    gemm(
      Product(
        m: m, n: layer.outputs, k: layer.inputs, a: Operand(source, rowStride: layer.inputs, columnStride: 1),
        b: layer.panels, type: layer.type, group: layer.group, inputQuantization: layer.inputQuantization,
        c: result.storage, bias: layer.bias, activation: activation, residual: other))
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
      // Rows of the range, parameters of [columns].
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
    let scratch = table.attention_scratch_count(heads.longest, heads.headSize)
    // Some heads a task: a head of a short sentence is less work than taking a task.
    let perTask = max(1, min(headCount, 65536 / max(1, heads.longest * heads.longest * heads.headSize)))
    let tasks = (heads.count + perTask - 1) / perTask
    // A task has scratch to itself while it runs.
    unsafe share(tasks, scratchCount: scratch, keeping: [source, context.storage]) { task, scratch in
      for head in task * perTask..<min(heads.count, (task + 1) * perTask) {
        // The three projections lie side by side in rows of `stride`; both storages are kept.
        var args = unsafe heads.arguments(
          head, source.start, source.start + columns, source.start + 2 * columns, rowStride: stride,
          context.storage.start, contextRowStride: columns, logSumExp: nil, dropout: nil)
        unsafe table.attention_f32(&args, scratch)
      }
    }
    return context.tensor
  }
}
