internal import CKernels

extension CPUBackend {
  /// Self-attention for inference of some of the first tokens of each sequence, which keys and values were never made for:
  /// query `[M, C]`, hidden `[N, C]`, to `[M, C]`.
  ///
  /// - Parameter queries: where the queries of each sequence lie.
  public func attention(
    query: Tensor, hidden: Tensor, _ projections: AbsorbedProjections, layout: SequenceLayout, queries: SequenceLayout
  ) throws(TensorError) -> Tensor {
    let columns = projections.columns
    try check("attention, query", query.shape, is: [queries.tokenCount, columns])
    try check("attention, hidden", hidden.shape, is: [layout.tokenCount, columns])
    try queries.checkQueries(of: layout)
    let asking = try floats(query, "attention, query")
    let asked = try floats(hidden, "attention, hidden")
    let context = allocate(query.shape)
    // Each thread takes some heads from query to context, so that threads meet once.
    let perTask = (projections.headCount + workers.threadCount - 1) / workers.threadCount
    let tasks = (projections.headCount + perTask - 1) / perTask
    let longest = (0..<layout.sequenceCount).map(layout.length(of:)).max() ?? 0
    let kernelScratch = max(
      table.gemm_scratch_count(columns), table.gemm_scratch_count(projections.headSize),
      table.attention_scratch_count(longest, columns))
    // Queries of a tile at a time, which read a head's weights once.
    let block = min(queries.tokenCount, table.gemm_mr)
    let wide = block * perTask * columns
    let keeping: [TensorStorage?] = [
      asking, asked, context.storage, projections.key, projections.value, projections.valueBias,
    ]
    // A task has scratch to itself while it runs.
    unsafe share(tasks, scratchCount: kernelScratch + 2 * wide, keeping: keeping.compactMap { $0 }) { task, scratch in
      let rows = unsafe AbsorbedRows(
        projections: projections, heads: task * perTask..<min(projections.headCount, (task + 1) * perTask),
        query: UnsafePointer(asking.start), hidden: UnsafePointer(asked.start), context: context.storage.start,
        asking: scratch + kernelScratch, mixed: scratch + kernelScratch + wide)
      var first = 0
      while first < queries.tokenCount {
        let count = min(block, queries.tokenCount - first)
        unsafe attend(rows, first..<first + count, layout, queries, scratch: scratch)
        first += count
      }
    }
    return context.tensor
  }

  /// What a task reads and writes: of all queries, and of a block of them in the width of the hidden states, a row a head.
  @unsafe private struct AbsorbedRows {
    let projections: AbsorbedProjections
    let heads: Range<Int>
    let query: UnsafePointer<Float>
    let hidden: UnsafePointer<Float>
    let context: UnsafeMutablePointer<Float>
    let asking: UnsafeMutablePointer<Float>
    let mixed: UnsafeMutablePointer<Float>
  }

  /// Attention of a block of queries in some heads. The rows' pointers are alive and hold what the layouts say.
  @unsafe private func attend(
    _ rows: AbsorbedRows, _ block: Range<Int>, _ layout: SequenceLayout, _ queries: SequenceLayout,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let columns = unsafe rows.projections.columns
    let heads = unsafe rows.heads
    for head in heads {
      unsafe project(
        rows.projections, rows.projections.key, head, n: columns, k: rows.projections.headSize, m: block.count,
        from: rows.query + block.lowerBound * columns + head * rows.projections.headSize, stride: columns,
        to: rows.asking + (head - heads.lowerBound) * columns, stride: heads.count * columns, bias: nil,
        scratch: scratch)
    }
    for sequence in 0..<queries.sequenceCount {
      let own = (queries.offsets[sequence]..<queries.offsets[sequence + 1]).clamped(to: block)
      guard !own.isEmpty else { continue }
      let offset = (own.lowerBound - block.lowerBound) * heads.count * columns
      // All heads of a query are rows that ask the same tokens; tokens are their own keys and values.
      var args = unsafe ck_attention_args(
        queries: own.count * heads.count, length: layout.length(of: sequence), head_size: columns,
        scale: Float(1 / Double(rows.projections.headSize).squareRoot()), q: rows.asking + offset,
        q_row_stride: columns, k: rows.hidden + layout.offsets[sequence] * columns,
        v: rows.hidden + layout.offsets[sequence] * columns, row_stride: columns, context: rows.mixed + offset,
        context_row_stride: columns, log_sum_exp: nil, dropout: ck_dropout(), dropout_offset: 0)
      unsafe table.attention_f32(&args, scratch)
    }
    for head in heads {
      let place = unsafe head * rows.projections.headSize
      unsafe project(
        rows.projections, rows.projections.value, head, n: rows.projections.headSize, k: columns, m: block.count,
        from: rows.mixed + (head - heads.lowerBound) * columns, stride: heads.count * columns,
        to: rows.context + block.lowerBound * columns + place, stride: columns,
        bias: rows.projections.valueBias.map { unsafe UnsafePointer($0.start + place) }, scratch: scratch)
    }
  }

  /// The product of some rows by one head's weights.
  @unsafe private func project(
    _ projections: AbsorbedProjections, _ weights: FloatStorage, _ head: Int, n: Int, k: Int, m: Int,
    from a: UnsafePointer<Float>, stride aStride: Int, to c: UnsafeMutablePointer<Float>, stride cStride: Int,
    bias: UnsafePointer<Float>?, scratch: UnsafeMutablePointer<Float>
  ) {
    let size = projections.type == CK_TYPE_F16 ? MemoryLayout<UInt16>.size : MemoryLayout<Float>.size
    var args = unsafe ck_gemm_args()
    unsafe args.m = m
    unsafe args.n = n
    unsafe args.k = k
    unsafe args.a = a
    unsafe args.a_row_stride = aStride
    unsafe args.a_col_stride = 1
    unsafe args.b = UnsafeRawPointer(weights.start) + head * table.gemm_packed_count(n, k) * size
    unsafe args.b_type = projections.type
    unsafe args.c = c
    unsafe args.c_row_stride = cStride
    unsafe args.bias = bias
    unsafe args.activation = CK_ACTIVATION_NONE
    unsafe table.gemm(&args, 0, m, 0, (n + table.gemm_nr - 1) / table.gemm_nr, scratch)
  }
}
