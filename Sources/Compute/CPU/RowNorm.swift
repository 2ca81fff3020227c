internal import CKernels

/// LayerNorm over the columns of rows, for inference: nothing is kept.
public struct RowNorm: Sendable {
  /// `[columns]`.
  public let scale: Tensor
  /// `[columns]`.
  public let shift: Tensor
  public let epsilon: Float

  public init(scale: Tensor, shift: Tensor, epsilon: Float) {
    self.scale = scale
    self.shift = shift
    self.epsilon = epsilon
  }
}

extension CPUBackend {
  /// The parameters of a ``RowNorm`` for the kernels.
  @safe struct NormOperand {
    let scale: FloatStorage
    let shift: FloatStorage
    let epsilon: Float
    let columns: Int

    var storages: [TensorStorage] { [scale, shift] }
  }

  func operand(_ norm: RowNorm, columns: Int) throws(TensorError) -> NormOperand {
    for parameter in [norm.scale, norm.shift] { try check("layerNorm", parameter.shape, is: [columns]) }
    return NormOperand(
      scale: try floats(norm.scale, "layerNorm"), shift: try floats(norm.shift, "layerNorm"), epsilon: norm.epsilon,
      columns: columns)
  }

  /// LayerNorm of each row.
  public func layerNorm(_ x: Tensor, _ norm: RowNorm) throws(TensorError) -> Tensor {
    let source = try floats(x, "layerNorm")
    let y = allocate(x.shape)
    try layerNorm(source, operand(norm, columns: x.shape.last), rows: x.shape.rows, into: y.storage)
    return y.tensor
  }

  /// The same of rows whose columns are contiguous, on all threads; into the same memory too.
  func layerNorm(_ x: FloatStorage, _ norm: NormOperand, rows: Int, into y: FloatStorage) {
    // As products divide rows: what a core reads is what it has written.
    let fair = (rows + workers.threadCount - 1) / workers.threadCount
    let grain = fair >= ProductDivision.fewestRows ? fair : max(1, Self.elementGrain / max(1, norm.columns))
    split(rows, grain: grain, rounding: 1, keeping: [x, y] + norm.storages) { range in
      // `keeping` holds all of it.
      unsafe layerNorm(x, norm, range, into: y)
    }
  }

  /// The same of some rows, on this thread. The caller keeps the storages alive, whose rows there are.
  @unsafe func layerNorm(_ x: FloatStorage, _ norm: NormOperand, _ rows: Range<Int>, into y: FloatStorage) {
    let start = rows.lowerBound * norm.columns
    // Rows of the range, parameters of [columns]. A row is read before it is written.
    unsafe table.layernorm_f32(
      rows.count, norm.columns, x.start + start, nil, norm.scale.start, norm.shift.start, norm.epsilon,
      y.start + start, nil, nil, nil)
  }
}
