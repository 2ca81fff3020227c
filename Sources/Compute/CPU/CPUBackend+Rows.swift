internal import CKernels

// In this file, a range lies inside of the rows or columns of tensors whose shapes the tape has checked, and `keeping`
// holds their memory.

extension CPUBackend {
  public func layerNorm(
    _ x: Tensor, residual: Tensor?, scale: Tensor, shift: Tensor, epsilon: Float
  ) throws(TensorError) -> LayerNormOutput {
    let (rows, columns) = (x.shape.rows, x.shape.last)
    let source = try floats(x, "layerNorm")
    let gain = try floats(scale, "layerNorm")
    let offset = try floats(shift, "layerNorm")
    let other: FloatStorage? = if let residual { try floats(residual, "layerNorm") } else { nil }
    let y = allocate(x.shape)
    let sum = other == nil ? nil : allocate(x.shape)
    let mean = allocate([rows])
    let inverse = allocate([rows])
    var keeping: [TensorStorage] = [source, gain, offset, y.storage, mean.storage, inverse.storage]
    if let other { keeping.append(other) }
    if let sum { keeping.append(sum.storage) }
    split(rows, grain: max(1, Self.elementGrain / max(1, columns)), rounding: 1, keeping: keeping) { range in
      let start = range.lowerBound * columns
      // The ranges lie inside the tensors; the kernel's rows are independent.
      unsafe table.layernorm_f32(
        range.count, columns, source.start + start, other.map { unsafe UnsafePointer($0.start + start) }, gain.start,
        offset.start, epsilon, y.storage.start + start, sum.map { unsafe $0.storage.start + start },
        mean.storage.start + range.lowerBound, inverse.storage.start + range.lowerBound)
    }
    return LayerNormOutput(
      output: y.tensor, sum: sum?.tensor ?? x, mean: mean.tensor, inverseDeviation: inverse.tensor)
  }

  public func layerNormVJP(
    _ dy: Tensor, scale: Tensor, saved: LayerNormOutput
  ) throws(TensorError) -> LayerNormGradients {
    let (rows, columns) = (dy.shape.rows, dy.shape.last)
    let upstream = try floats(dy, "layerNormVJP")
    let x = try floats(saved.sum, "layerNormVJP")
    let gain = try floats(scale, "layerNormVJP")
    let mean = try floats(saved.mean, "layerNormVJP")
    let inverse = try floats(saved.inverseDeviation, "layerNormVJP")
    let dx = allocate(dy.shape)
    let dScale = allocate([columns])
    let dShift = allocate([columns])
    let keeping: [TensorStorage] = [
      upstream, x, gain, mean, inverse, dx.storage, dScale.storage, dShift.storage,
    ]
    split(rows, grain: max(1, Self.elementGrain / max(1, columns)), rounding: 1, keeping: keeping) { range in
      let start = range.lowerBound * columns
      unsafe table.layernorm_vjp_f32(
        range.count, columns, upstream.start + start, x.start + start, gain.start, mean.start + range.lowerBound,
        inverse.start + range.lowerBound, dx.storage.start + start)
    }
    split(columns, grain: max(16, Self.elementGrain / max(1, rows)), keeping: keeping) { range in
      unsafe table.layernorm_vjp_parameters_f32(
        rows, columns, range.lowerBound, range.upperBound, upstream.start, x.start, mean.start, inverse.start,
        dScale.storage.start, dShift.storage.start)
    }
    return LayerNormGradients(sum: dx.tensor, scale: dScale.tensor, shift: dShift.tensor)
  }

  public func embedding(
    _ tokens: TokenIndices, word: Tensor, position: Tensor, type: Tensor
  ) throws(TensorError) -> Tensor {
    let columns = word.shape.last
    let words = try floats(word, "embedding")
    let positions = try floats(position, "embedding")
    let types = try floats(type, "embedding")
    let y = allocate([tokens.words.count, columns])
    let keeping: [TensorStorage] = [words, positions, types, y.storage]
    split(tokens.words.count, grain: max(1, Self.elementGrain / max(1, columns)), rounding: 1, keeping: keeping) {
      range in
      unsafe tokens.withPointers(from: range.lowerBound) { ids, places, kinds in
        unsafe table.embedding_f32(
          range.count, columns, ids, places, kinds, words.start, positions.start, types.start,
          y.storage.start + range.lowerBound * columns)
      }
    }
    return y.tensor
  }

  public func embeddingVJP(
    _ dy: Tensor, _ tokens: TokenIndices, wordRows: Int, positionRows: Int, typeRows: Int
  ) throws(TensorError) -> EmbeddingGradients {
    let columns = dy.shape.last
    let upstream = try floats(dy, "embeddingVJP")
    func scattered(_ indices: [Int32], _ rows: Int) -> Tensor {
      let result = allocate([rows, columns])
      result.storage.clear()
      scatter(upstream, columns: columns, to: indices, of: result.storage)
      return result.tensor
    }
    let words = SparseRows(rows: tokens.words, columns: columns, pool: memory)
    scatter(upstream, columns: columns, to: words.places(of: tokens.words), of: words.values)
    return EmbeddingGradients(
      word: Tensor(shape: [wordRows, columns], storage: words), position: scattered(tokens.positions, positionRows),
      type: scattered(tokens.types, typeRows))
  }

  /// Adds each row of `source` to that row of `table` whose index is at its place.
  private func scatter(_ source: FloatStorage, columns: Int, to indices: [Int32], of table: FloatStorage) {
    // By columns, so that two tokens of one word never meet on two threads.
    split(columns, grain: 64, keeping: [source, table]) { range in
      unsafe indices.withUnsafeBufferPointer { indices in
        guard let ids = indices.baseAddress else { return }
        // Indices were checked against the table's rows.
        unsafe self.table.embedding_vjp_f32(
          indices.count, columns, range.lowerBound, range.upperBound, ids, source.start, table.start)
      }
    }
  }

  /// The sum of two gradients of one table.
  func sum(_ a: SparseRows, _ b: SparseRows) -> SparseRows {
    let sum = SparseRows(rows: a.rows + b.rows, columns: a.columns, pool: memory)
    for part in [a, b] { scatter(part.values, columns: sum.columns, to: sum.places(of: part.rows), of: sum.values) }
    return sum
  }

  public func selectRows(_ x: Tensor, _ rows: [Int]) throws(TensorError) -> Tensor {
    let columns = x.shape.last
    let source = try floats(x, "selectRows")
    let y = allocate([rows.count, columns])
    withExtendedLifetime(source) {
      for (index, row) in rows.enumerated() {
        // Rows were checked against x's; y has one for each.
        unsafe (y.storage.start + index * columns).update(from: source.start + row * columns, count: columns)
      }
    }
    return y.tensor
  }

  public func selectRowsVJP(_ dy: Tensor, _ rows: [Int], rowCount: Int) throws(TensorError) -> Tensor {
    let columns = dy.shape.last
    let upstream = try floats(dy, "selectRowsVJP")
    let result = allocate([rowCount, columns])
    result.storage.clear()
    withExtendedLifetime((upstream, result.storage)) {
      for (index, row) in rows.enumerated() {
        // Rows were checked against rowCount; dy has one for each.
        unsafe table.add_f32(
          columns, upstream.start + index * columns, result.storage.start + row * columns,
          result.storage.start + row * columns)
      }
    }
    return result.tensor
  }
}

extension TokenIndices {
  /// The three arrays from a token on.
  func withPointers(
    from start: Int, _ body: (UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> Void
  ) {
    // Three arrays of one length, of which `start` is an index or the end.
    unsafe words.withUnsafeBufferPointer { words in
      unsafe positions.withUnsafeBufferPointer { positions in
        unsafe types.withUnsafeBufferPointer { types in
          guard let w = words.baseAddress, let p = positions.baseAddress, let t = types.baseAddress else { return }
          unsafe body(w + start, p + start, t + start)
        }
      }
    }
  }
}
