internal import CKernels

extension CPUBackend {
  public func attention(
    query: Tensor, key: Tensor, value: Tensor, layout: SequenceLayout, queries: SequenceLayout, headCount: Int,
    dropout: DropoutStream?
  ) throws(TensorError) -> AttentionOutput {
    let columns = query.shape.last
    let q = try floats(query, "attention")
    let k = try floats(key, "attention")
    let v = try floats(value, "attention")
    let context = allocate(query.shape)
    let logSumExp = allocate([headCount, queries.tokenCount])
    let heads = HeadTasks(layout: layout, queries: queries, headCount: headCount, headSize: columns / headCount)
    let scratch = table.attention_scratch_count(heads.longest, heads.headSize)
    let keeping: [TensorStorage] = [q, k, v, context.storage, logSumExp.storage]
    // A task has scratch to itself while it runs, enough for the longest sequence.
    unsafe share(heads.count, scratchCount: scratch, keeping: keeping) { task, scratch in
      // All are [M, C], [N, C] and [H, M], and `keeping` holds them.
      var args = unsafe heads.arguments(
        task, q.start, queryStride: columns, k.start, v.start, rowStride: columns, context.storage.start,
        contextRowStride: columns,
        logSumExp: logSumExp.storage.start, dropout: dropout)
      unsafe table.attention_f32(&args, scratch)
    }
    return AttentionOutput(context: context.tensor, logSumExp: logSumExp.tensor)
  }

  public func attentionVJP(
    _ dy: Tensor, query: Tensor, key: Tensor, value: Tensor, output: AttentionOutput, layout: SequenceLayout,
    queries: SequenceLayout, headCount: Int, dropout: DropoutStream?
  ) throws(TensorError) -> AttentionGradients {
    let columns = query.shape.last
    let q = try floats(query, "attentionVJP")
    let k = try floats(key, "attentionVJP")
    let v = try floats(value, "attentionVJP")
    let context = try floats(output.context, "attentionVJP")
    let logSumExp = try floats(output.logSumExp, "attentionVJP")
    let upstream = try floats(dy, "attentionVJP")
    let dq = allocate(query.shape)
    let dk = allocate(key.shape)
    let dv = allocate(key.shape)
    let heads = HeadTasks(layout: layout, queries: queries, headCount: headCount, headSize: columns / headCount)
    let scratch = table.attention_vjp_scratch_count(heads.longest, heads.headSize)
    let keeping: [TensorStorage] = [
      q, k, v, context, logSumExp, upstream, dq.storage, dk.storage, dv.storage,
    ]
    // A task has scratch to itself while it runs, enough for the longest sequence.
    unsafe share(heads.count, scratchCount: scratch, keeping: keeping) { task, scratch in
      let offset = heads.offset(task, rowStride: columns)
      let queryOffset = heads.queryOffset(task, rowStride: columns)
      // All are [M, C], [N, C] and [H, M], and `keeping` holds them.
      let forward = unsafe heads.arguments(
        task, q.start, queryStride: columns, k.start, v.start, rowStride: columns, context.start,
        contextRowStride: columns,
        logSumExp: logSumExp.start, dropout: dropout)
      var args = unsafe ck_attention_vjp_args(
        forward: forward, d_context: upstream.start + queryOffset, d_context_row_stride: columns,
        d_q: dq.storage.start + queryOffset, d_k: dk.storage.start + offset, d_v: dv.storage.start + offset,
        d_row_stride: columns)
      unsafe table.attention_vjp_f32(&args, scratch)
    }
    return AttentionGradients(query: dq.tensor, key: dk.tensor, value: dv.tensor)
  }
}

/// One task for each head of each sequence.
struct HeadTasks {
  let layout: SequenceLayout
  let queries: SequenceLayout
  let headCount: Int
  let headSize: Int
  let longest: Int
  /// Where each sequence's probabilities begin in the dropout stream.
  private let probabilityOffsets: [UInt64]

  init(layout: SequenceLayout, queries: SequenceLayout, headCount: Int, headSize: Int) {
    self.layout = layout
    self.queries = queries
    self.headCount = headCount
    self.headSize = headSize
    var longest = 0
    var offsets: [UInt64] = []
    var offset: UInt64 = 0
    for sequence in 0..<layout.sequenceCount {
      let length = layout.length(of: sequence)
      longest = max(longest, length)
      offsets.append(offset)
      offset += UInt64(length * length * headCount)
    }
    self.longest = longest
    probabilityOffsets = offsets
  }

  var count: Int { layout.sequenceCount * headCount }

  /// The first element of a task's part of an `[N, rowStride]` matrix.
  func offset(_ task: Int, rowStride: Int) -> Int {
    layout.offsets[task / headCount] * rowStride + task % headCount * headSize
  }

  /// The first element of a task's part of an `[M, rowStride]` matrix.
  func queryOffset(_ task: Int, rowStride: Int) -> Int {
    queries.offsets[task / headCount] * rowStride + task % headCount * headSize
  }

  func logSumExpOffset(_ task: Int) -> Int {
    task % headCount * queries.tokenCount + queries.offsets[task / headCount]
  }

  func dropoutOffset(_ task: Int) -> UInt64 {
    let length = layout.length(of: task / headCount)
    return probabilityOffsets[task / headCount] + UInt64(task % headCount * length * length)
  }

  /// What the kernel is told of a task, of tensors whose first elements are given; `logSumExp` is `[H, M]`.
  func arguments(
    _ task: Int, _ q: UnsafePointer<Float>, queryStride: Int, _ k: UnsafePointer<Float>, _ v: UnsafePointer<Float>,
    rowStride: Int, _ context: UnsafeMutablePointer<Float>, contextRowStride: Int,
    logSumExp: UnsafeMutablePointer<Float>?,
    dropout: DropoutStream?
  ) -> ck_attention_args {
    let offset = offset(task, rowStride: rowStride)
    // Offsets are inside of tensors of the layouts' rows.
    return unsafe ck_attention_args(
      queries: queries.length(of: task / headCount), length: layout.length(of: task / headCount), head_size: headSize,
      scale: Float(1 / Double(headSize).squareRoot()), q: q + queryOffset(task, rowStride: queryStride),
      q_row_stride: queryStride, k: k + offset, v: v + offset, row_stride: rowStride,
      context: context + queryOffset(task, rowStride: contextRowStride),
      context_row_stride: contextRowStride, log_sum_exp: logSumExp.map { unsafe $0 + logSumExpOffset(task) },
      dropout: dropout?.kernel ?? ck_dropout(), dropout_offset: dropout == nil ? 0 : dropoutOffset(task))
  }
}

extension DropoutStream {
  var kernel: ck_dropout { ck_dropout(key: seed, stream: stream, threshold: threshold, scale: Float(scale)) }
}
