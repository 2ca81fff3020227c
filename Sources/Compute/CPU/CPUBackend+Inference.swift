internal import CKernels

extension CPUBackend {
  /// activation(x weightᵀ + bias) + residual, and LayerNorm of that: x `[N, inputs]`, residual `[N, outputs]`.
  public func linear(
    _ x: Tensor, _ layer: PackedLinear, activation: Activation = .none, residual: Tensor? = nil, norm: RowNorm? = nil
  ) throws(TensorError) -> Tensor {
    let m = x.shape.rows
    try check("linear", x.shape, is: [m, layer.inputs])
    if let residual { try check("linear, residual", residual.shape, is: [m, layer.outputs]) }
    let source = try floats(x, "linear")
    let result = allocate([m, layer.outputs])
    let other: FloatStorage? = if let residual { try floats(residual, "linear, residual") } else { nil }
    let normal: NormOperand? = if let norm { try operand(norm, columns: layer.outputs) } else { nil }
    gemm(
      Product(
        m: m, n: layer.outputs, k: layer.inputs, a: Operand(source, rowStride: layer.inputs, columnStride: 1),
        b: layer.panels, type: layer.type, group: layer.group, inputQuantization: layer.inputQuantization,
        c: result.storage, bias: layer.bias, activation: activation, residual: other, norm: normal))
    return result.tensor
  }

  /// Self-attention for inference, from the three projections side by side: `[N, 3 C]` to `[N, C]`.
  public func attention(
    queryKeyValue: Tensor, layout: SequenceLayout, headCount: Int
  ) throws(TensorError) -> Tensor {
    let stride = queryKeyValue.shape.last
    let columns = stride / 3
    try check("attention", queryKeyValue.shape, is: [layout.tokenCount, 3 * columns])
    let source = try floats(queryKeyValue, "attention")
    let heads = try headTasks(layout, layout, columns: columns, headCount: headCount)
    return attention(
      heads, query: Projection(storage: source, column: 0, stride: stride),
      key: Projection(storage: source, column: columns, stride: stride),
      value: Projection(storage: source, column: 2 * columns, stride: stride))
  }

  /// The same for some of the first tokens of each sequence: query `[M, C]`, key and value side by side `[N, 2 C]`, to
  /// `[M, C]`.
  ///
  /// - Parameter queries: where the queries of each sequence lie.
  public func attention(
    query: Tensor, keyValue: Tensor, layout: SequenceLayout, queries: SequenceLayout, headCount: Int
  ) throws(TensorError) -> Tensor {
    let columns = query.shape.last
    try check("attention, query", query.shape, is: [queries.tokenCount, columns])
    try check("attention, key and value", keyValue.shape, is: [layout.tokenCount, 2 * columns])
    try queries.checkQueries(of: layout)
    let source = try floats(keyValue, "attention")
    let asking = try floats(query, "attention, query")
    let heads = try headTasks(layout, queries, columns: columns, headCount: headCount)
    return attention(
      heads, query: Projection(storage: asking, column: 0, stride: columns),
      key: Projection(storage: source, column: 0, stride: 2 * columns),
      value: Projection(storage: source, column: columns, stride: 2 * columns))
  }

  private func headTasks(
    _ layout: SequenceLayout, _ queries: SequenceLayout, columns: Int, headCount: Int
  ) throws(TensorError) -> HeadTasks {
    guard headCount > 0, columns.isMultiple(of: headCount) else {
      throw .shapeMismatch(op: "attention, heads", expected: [headCount], found: [columns])
    }
    return HeadTasks(layout: layout, queries: queries, headCount: headCount, headSize: columns / headCount)
  }

  /// Some columns of a matrix: from one on, as many as there are in all heads.
  private struct Projection {
    let storage: FloatStorage
    let column: Int
    let stride: Int

    var start: UnsafePointer<Float> { unsafe UnsafePointer(storage.start + column) }
  }

  private func attention(_ heads: HeadTasks, query: Projection, key: Projection, value: Projection) -> Tensor {
    let columns = heads.headCount * heads.headSize
    let context = allocate([heads.queries.tokenCount, columns])
    let scratch = table.attention_scratch_count(heads.longest, heads.headSize)
    // A thread's share of heads a task, but no more than half of a sentence's, for sentences differ in length.
    let fair = (heads.count + workers.threadCount - 1) / workers.threadCount
    let perTask = max(1, min(heads.headCount / 2, fair))
    let tasks = (heads.count + perTask - 1) / perTask
    // A task has scratch to itself while it runs.
    unsafe share(tasks, scratchCount: scratch, keeping: [query.storage, key.storage, value.storage, context.storage]) {
      task, scratch in
      for head in task * perTask..<min(heads.count, (task + 1) * perTask) {
        // Projections are inside of rows of their stride, and `keeping` holds all storages.
        var args = unsafe heads.arguments(
          head, query.start, queryStride: query.stride, key.start, value.start, rowStride: key.stride,
          context.storage.start, contextRowStride: columns, logSumExp: nil, dropout: nil)
        unsafe table.attention_f32(&args, scratch)
      }
    }
    return context.tensor
  }
}
