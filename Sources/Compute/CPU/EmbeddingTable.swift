internal import CKernels

/// A table of rows to look up: in memory, or left where it is mapped.
public struct EmbeddingTable: Sendable {
  public let rows: Int
  public let columns: Int
  let source: Source

  enum Source: Sendable {
    case floats(FloatStorage)
    case mapped(StoredValues)
    case quantized(QuantizedValues)
  }

  /// The first element; `Element` must be the type of ``format``. Valid while the table lives.
  @unsafe func start<Element>() -> UnsafePointer<Element>? {
    switch source {
    case .floats(let storage): unsafe UnsafeRawPointer(storage.start).assumingMemoryBound(to: Element.self)
    case .mapped(let values): unsafe UnsafePointer<Element>(bitPattern: values.address(of: 0))
    case .quantized(let values): unsafe UnsafeRawPointer(values.start)?.assumingMemoryBound(to: Element.self)
    }
  }

  /// What the rows are stored in; nil for quantised ones.
  var format: StoredValues.Format? {
    switch source {
    case .floats: .f32
    case .mapped(let values): values.format
    case .quantized: nil
    }
  }

  /// One a row, of quantised rows.
  var scales: [Float] {
    if case .quantized(let values) = source { values.scales } else { [] }
  }
}

extension CPUBackend {
  /// A look-up table from floats.
  public func embeddingTable(_ values: [Float], columns: Int) throws(TensorError) -> EmbeddingTable {
    let tensor = try upload(values, shape: [values.count / max(1, columns), columns])
    return EmbeddingTable(
      rows: tensor.shape.rows, columns: columns, source: .floats(try floats(tensor, "embedding table")))
  }

  /// A look-up table that is read where it is mapped.
  public func embeddingTable(_ values: StoredValues, columns: Int) throws(TensorError) -> EmbeddingTable {
    guard columns > 0, values.count.isMultiple(of: columns) else {
      throw .countMismatch(op: "embedding table", expected: columns, found: values.count)
    }
    return EmbeddingTable(rows: values.count / columns, columns: columns, source: .mapped(values))
  }

  /// A look-up table of quantised rows, read where it is mapped.
  public func embeddingTable(_ values: QuantizedValues) -> EmbeddingTable {
    EmbeddingTable(rows: values.rows, columns: values.columns, source: .quantized(values))
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
    guard word.format == position.format, word.format == type.format else {
      throw .foreignTensor(op: "embedding: tables of one number format", backend: name)
    }
    withExtendedLifetime((word, position, type)) {
      split(tokens.words.count, grain: grain, rounding: 1, keeping: [y.storage]) { range in
        let out = unsafe y.storage.start + range.lowerBound * columns
        unsafe tokens.withPointers(from: range.lowerBound) { ids, places, kinds in
          // Indices were checked against the tables' rows, and the tables are kept.
          guard let format = word.format else {
            return unsafe embedQuantized(
              range.count, columns, ids, places, kinds, word: word, position: position, type: type, out)
          }
          if format == .f32 {
            guard let w: UnsafePointer<Float> = unsafe word.start(),
              let p: UnsafePointer<Float> = unsafe position.start(),
              let t: UnsafePointer<Float> = unsafe type.start()
            else { return }
            unsafe table.embedding_f32(range.count, columns, ids, places, kinds, w, p, t, out)
          } else {
            guard let w: UnsafePointer<UInt16> = unsafe word.start(),
              let p: UnsafePointer<UInt16> = unsafe position.start(),
              let t: UnsafePointer<UInt16> = unsafe type.start()
            else { return }
            unsafe table.embedding_f16(range.count, columns, ids, places, kinds, w, p, t, out)
          }
        }
      }
    }
    return y.tensor
  }

  /// The sum of quantised rows for `count` tokens at the addresses, which the caller keeps alive, as it does the tables.
  @unsafe private func embedQuantized(
    _ count: Int, _ columns: Int, _ ids: UnsafePointer<Int32>, _ places: UnsafePointer<Int32>,
    _ kinds: UnsafePointer<Int32>, word: EmbeddingTable, position: EmbeddingTable, type: EmbeddingTable,
    _ out: UnsafeMutablePointer<Float>
  ) {
    unsafe word.scales.withUnsafeBufferPointer { wordScales in
      unsafe position.scales.withUnsafeBufferPointer { positionScales in
        unsafe type.scales.withUnsafeBufferPointer { typeScales in
          var words = unsafe ck_table_s8(rows: word.start(), scales: wordScales.baseAddress)
          var positions = unsafe ck_table_s8(rows: position.start(), scales: positionScales.baseAddress)
          var types = unsafe ck_table_s8(rows: type.start(), scales: typeScales.baseAddress)
          unsafe table.embedding_s8(count, columns, ids, places, kinds, &words, &positions, &types, out)
        }
      }
    }
  }
}
