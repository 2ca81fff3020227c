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
    case fourBit(FourBitValues)
    /// One row, whose bytes are zeros.
    case zeros(FloatStorage, Format)
  }

  /// The first element; `Element` must be the type of ``format``. Valid while the table lives.
  @unsafe func start<Element>() -> UnsafePointer<Element>? {
    switch source {
    case .floats(let storage): unsafe UnsafeRawPointer(storage.start).assumingMemoryBound(to: Element.self)
    case .mapped(let values): unsafe UnsafePointer<Element>(bitPattern: values.address(of: 0))
    case .quantized(let values): unsafe UnsafeRawPointer(values.start)?.assumingMemoryBound(to: Element.self)
    case .fourBit(let values): unsafe values.bytes.unsafeBytes.baseAddress?.assumingMemoryBound(to: Element.self)
    case .zeros(let storage, _): unsafe UnsafeRawPointer(storage.start).assumingMemoryBound(to: Element.self)
    }
  }

  /// What the rows are stored in.
  var format: Format {
    switch source {
    case .floats: .f32
    case .mapped(let values): values.format == .f32 ? .f32 : .f16
    case .quantized: .s8
    case .fourBit: .s4
    case .zeros(_, let format): format
    }
  }

  enum Format {
    case f32, f16, s8, s4
  }

  /// One a row, of quantised rows.
  var scales: [Float] {
    switch source {
    case .floats, .mapped: []
    case .quantized(let values): values.scales
    case .fourBit(let values): values.scales
    case .zeros(_, let format): format == .s8 ? [1] : []
    }
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

  /// A table of one row of zeros in the format of another: for a sum that lacks a part.
  public func zeroRow(like table: EmbeddingTable) throws(TensorError) -> EmbeddingTable {
    if case .fourBit(let values) = table.source {
      // Four bits know no zero of their own: the first row, times 0.
      let groups = values.columns / values.group
      let start = values.bytes.range.lowerBound
      let row = try FourBitValues(
        bytes: MappedBytes(file: values.bytes.file, range: start..<start + values.columns / 2), scales: [0],
        multipliers: Array(values.multipliers.prefix(groups)), offsets: Array(values.offsets.prefix(groups)),
        columns: values.columns, group: values.group)
      return embeddingTable(row)
    }
    // No format takes more bytes than floats.
    let zeros = try upload([Float](repeating: 0, count: table.columns), shape: [1, table.columns])
    return EmbeddingTable(
      rows: 1, columns: table.columns, source: .zeros(try floats(zeros, "embedding table"), table.format))
  }

  /// A look-up table of rows of four bits a value, read where it is mapped.
  public func embeddingTable(_ values: FourBitValues) -> EmbeddingTable {
    EmbeddingTable(rows: values.rows, columns: values.columns, source: .fourBit(values))
  }
}
