internal import CKernels

extension CPUBackend {
  /// The sum of three table rows for each token: `[N, C]`. The tables are of one format.
  ///
  /// - Throws: ``TensorError/indexOutOfRange(op:index:bound:)`` for an index without a row.
  public func embedding(
    _ tokens: TokenIndices, word: EmbeddingTable, position: EmbeddingTable, type: EmbeddingTable
  ) throws(TensorError) -> Tensor {
    let tables = EmbeddingTables(word: word, position: position, type: type)
    try tables.check(tokens)
    let columns = word.columns
    let y = allocate([tokens.words.count, columns])
    let grain = max(1, Self.elementGrain / max(1, columns))
    withExtendedLifetime(tables) {
      split(tokens.words.count, grain: grain, rounding: 1, keeping: [y.storage]) { range in
        let out = unsafe y.storage.start + range.lowerBound * columns
        unsafe tokens.withPointers(from: range.lowerBound) { ids, places, kinds in
          // Indices were checked against the tables' rows, and the tables are kept.
          unsafe tables.embed(table, range.count, ids, places, kinds, out)
        }
      }
    }
    return y.tensor
  }
}

/// What a token's embedding is the sum of.
private struct EmbeddingTables {
  let word: EmbeddingTable
  let position: EmbeddingTable
  let type: EmbeddingTable

  func check(_ tokens: TokenIndices) throws(TensorError) {
    for (name, table, indices) in [
      ("word", word, tokens.words), ("position", position, tokens.positions), ("type", type, tokens.types),
    ] {
      for index in indices where index < 0 || Int(index) >= table.rows {
        throw .indexOutOfRange(op: "embedding, \(name)", index: Int(index), bound: table.rows)
      }
      guard table.format == word.format else {
        throw .foreignTensor(op: "embedding: tables of one number format", backend: "cpu")
      }
    }
  }

  /// The rows of `count` tokens, whose indices were checked. The caller keeps the tables alive.
  @unsafe func embed(
    _ kernels: ck_kernels, _ count: Int, _ ids: UnsafePointer<Int32>, _ places: UnsafePointer<Int32>,
    _ kinds: UnsafePointer<Int32>, _ out: UnsafeMutablePointer<Float>
  ) {
    let columns = word.columns
    switch word.format {
    case .f32:
      guard let w: UnsafePointer<Float> = unsafe word.start(), let p: UnsafePointer<Float> = unsafe position.start(),
        let t: UnsafePointer<Float> = unsafe type.start()
      else { return }
      unsafe kernels.embedding_f32(count, columns, ids, places, kinds, w, p, t, out)
    case .f16:
      guard let w: UnsafePointer<UInt16> = unsafe word.start(),
        let p: UnsafePointer<UInt16> = unsafe position.start(), let t: UnsafePointer<UInt16> = unsafe type.start()
      else { return }
      unsafe kernels.embedding_f16(count, columns, ids, places, kinds, w, p, t, out)
    case .s8:
      unsafe word.withRows { word in
        unsafe position.withRows { position in
          unsafe type.withRows { type in
            unsafe kernels.embedding_s8(count, columns, ids, places, kinds, word, position, type, out)
          }
        }
      }
    case .s4:
      unsafe word.withGroups { word in
        unsafe position.withGroups { position in
          unsafe type.withGroups { type in
            unsafe kernels.embedding_s4(count, ids, places, kinds, word, position, type, out)
          }
        }
      }
    }
  }
}

extension EmbeddingTable {
  /// The rows of s8 for C. Valid within the call.
  @unsafe fileprivate func withRows(_ body: (UnsafePointer<ck_table_s8>) -> Void) {
    unsafe scales.withUnsafeBufferPointer { scales in
      var rows = unsafe ck_table_s8(rows: start(), scales: scales.baseAddress)
      unsafe body(&rows)
    }
  }

  /// The rows of four bits for C. Valid within the call.
  @unsafe fileprivate func withGroups(_ body: (UnsafePointer<ck_weights_s4>) -> Void) {
    guard case .fourBit(let values) = source else { return }
    unsafe values.withKernelWeights(body)
  }
}
