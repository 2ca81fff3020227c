internal import CKernels

/// A linear layer made ready for inference: weights in the panels that the kernels read, in F32 or F16.
public struct PackedLinear: Sendable {
  public let inputs: Int
  public let outputs: Int
  let type: ck_type
  let panels: FloatStorage
  let bias: FloatStorage?

  /// The bytes that the packed weights and the bias hold.
  public var byteCount: Int { 4 * (panels.count + (bias?.count ?? 0)) }
}

/// A table of rows to look up, in F32 or, left where it is mapped, in F16.
public struct EmbeddingTable: Sendable {
  public let rows: Int
  public let columns: Int
  let source: Source

  enum Source: Sendable {
    case floats(FloatStorage)
    case halves(MappedBytes)
  }
}

extension CPUBackend {
  /// Packs the rows of several `[outputs, inputs]` weights as one layer.
  ///
  /// - Throws: ``TensorError/countMismatch(op:expected:found:)`` when an array doesn't fit the sizes.
  public func packed(weights: [[Float]], bias: [Float]?, inputs: Int) throws(TensorError) -> PackedLinear {
    let joined = weights.count == 1 ? weights[0] : weights.flatMap { $0 }
    let outputs = try outputCount(joined.count, inputs: inputs, bias: bias)
    // The array is held until the panels are packed, and has outputs x inputs elements.
    let panels = unsafe joined.withUnsafeBufferPointer { values -> FloatStorage in
      guard let start = values.baseAddress else { return FloatStorage(count: 0, pool: memory) }
      // Column j of weightᵀ is row j of the weights.
      let weights = unsafe Operand(unowned: start, rowStride: 1, columnStride: inputs)
      return pack(weights, rows: inputs, columns: outputs)
    }
    return PackedLinear(
      inputs: inputs, outputs: outputs, type: CK_TYPE_F32, panels: panels, bias: try stored(bias))
  }

  /// The same for F16 weights, given as stored: little-endian halves. They stay halves and are widened in the kernel.
  public func packed(halves: [MappedBytes], bias: [Float]?, inputs: Int) throws(TensorError) -> PackedLinear {
    var joined: [UInt16] = []
    for part in halves {
      part.withBytes { bytes in
        joined.reserveCapacity(joined.count + bytes.byteCount / 2)
        for offset in stride(from: 0, to: bytes.byteCount - 1, by: 2) {
          // The offset is inside, and any alignment will do.
          joined.append(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
        }
      }
    }
    let outputs = try outputCount(joined.count, inputs: inputs, bias: bias)
    let count = table.gemm_packed_count(outputs, inputs)
    let storage = FloatStorage(count: (count + 1) / 2, pool: memory)
    let panelCount = (outputs + table.gemm_nr - 1) / table.gemm_nr
    withExtendedLifetime(storage) {
      // The array is held until the panels are packed; their memory holds gemm_packed_count halves.
      unsafe joined.withUnsafeBufferPointer { values in
        guard let start = values.baseAddress else { return }
        workers.run(panelCount) { panel, _ in
          unsafe table.gemm_pack_b_f16(
            outputs, inputs, start, inputs, 1, panel, panel + 1,
            UnsafeMutableRawPointer(storage.start).assumingMemoryBound(to: UInt16.self))
        }
      }
    }
    return PackedLinear(
      inputs: inputs, outputs: outputs, type: CK_TYPE_F16, panels: storage, bias: try stored(bias))
  }

  private func outputCount(_ count: Int, inputs: Int, bias: [Float]?) throws(TensorError) -> Int {
    guard inputs > 0, count.isMultiple(of: inputs) else {
      throw .countMismatch(op: "pack", expected: inputs, found: count)
    }
    let outputs = count / inputs
    if let bias, bias.count != outputs { throw .countMismatch(op: "pack, bias", expected: outputs, found: bias.count) }
    return outputs
  }

  private func stored(_ values: [Float]?) throws(TensorError) -> FloatStorage? {
    guard let values else { return nil }
    return try floats(upload(values, shape: [values.count]), "pack")
  }

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
        b: layer.panels, type: layer.type, c: result.storage, bias: layer.bias, activation: activation,
        residual: other))
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

  /// A look-up table from floats.
  public func embeddingTable(_ values: [Float], columns: Int) throws(TensorError) -> EmbeddingTable {
    let tensor = try upload(values, shape: [values.count / max(1, columns), columns])
    return EmbeddingTable(
      rows: tensor.shape.rows, columns: columns, source: .floats(try floats(tensor, "embedding table")))
  }

  /// A look-up table of halves, read where they are mapped.
  public func embeddingTable(halves: MappedBytes, columns: Int) throws(TensorError) -> EmbeddingTable {
    let rowBytes = 2 * max(1, columns)
    guard halves.count.isMultiple(of: rowBytes) else {
      throw .countMismatch(op: "embedding table", expected: rowBytes, found: halves.count)
    }
    return EmbeddingTable(rows: halves.count / rowBytes, columns: columns, source: .halves(halves))
  }

  /// The sum of three table rows for each token: `[N, C]`.
  ///
  /// - Throws: ``TensorError/indexOutOfRange(op:index:bound:)`` for an index without a row.
  public func embedding(
    _ tokens: TokenIndices, word: EmbeddingTable, position: EmbeddingTable, type: EmbeddingTable
  ) throws(TensorError) -> Tensor {
    for (name, table, indices) in [
      ("word", word, tokens.words), ("position", position, tokens.positions), ("type", type, tokens.types),
    ] {
      for index in indices where index < 0 || Int(index) >= table.rows {
        throw .indexOutOfRange(op: "embedding, \(name)", index: Int(index), bound: table.rows)
      }
    }
    let columns = word.columns
    let y = allocate([tokens.words.count, columns])
    let grain = max(1, Self.elementGrain / max(1, columns))
    switch (word.source, position.source, type.source) {
    case (.floats(let words), .floats(let positions), .floats(let types)):
      split(tokens.words.count, grain: grain, rounding: 1, keeping: [words, positions, types, y.storage]) { range in
        // Indices were checked above.
        unsafe tokens.withPointers(from: range.lowerBound) { ids, places, kinds in
          unsafe table.embedding_f32(
            range.count, columns, ids, places, kinds, words.start, positions.start, types.start,
            y.storage.start + range.lowerBound * columns)
        }
      }
    case (.halves(let words), .halves(let positions), .halves(let types)):
      withExtendedLifetime((words, positions, types)) {
        split(tokens.words.count, grain: grain, rounding: 1, keeping: [y.storage]) { range in
          unsafe tokens.withPointers(from: range.lowerBound) { ids, places, kinds in
            // The mappings are held by the values above, and indices were checked.
            // x86 and ARM read halves at any address; safetensors aligns them in practice.
            guard let w = unsafe words.unsafeBytes.baseAddress, let p = unsafe positions.unsafeBytes.baseAddress,
              let t = unsafe types.unsafeBytes.baseAddress
            else { return }
            unsafe table.embedding_f16(
              range.count, columns, ids, places, kinds, w.assumingMemoryBound(to: UInt16.self),
              p.assumingMemoryBound(to: UInt16.self), t.assumingMemoryBound(to: UInt16.self),
              y.storage.start + range.lowerBound * columns)
          }
        }
      }
    default:
      throw .foreignTensor(op: "embedding: tables of one number format", backend: name)
    }
    return y.tensor
  }
}
