internal import CKernels

extension CPUBackend {
  /// A matrix operand: element (i, j) is at start[i * rowStride + j * columnStride].
  ///
  /// Safe as far as its strides fit the storage, which it keeps alive.
  @safe struct Operand {
    let start: UnsafePointer<Float>
    let rowStride: Int
    let columnStride: Int
    let storage: FloatStorage?

    init(_ storage: FloatStorage, rowStride: Int, columnStride: Int) {
      // `storage` below keeps it alive.
      unsafe start = UnsafePointer(storage.start)
      self.rowStride = rowStride
      self.columnStride = columnStride
      self.storage = storage
    }

    /// Of memory that the caller keeps alive.
    @unsafe init(unowned start: UnsafePointer<Float>, rowStride: Int, columnStride: Int) {
      // Alive by the caller's word.
      unsafe self.start = start
      self.rowStride = rowStride
      self.columnStride = columnStride
      storage = nil
    }
  }

  /// c `[m, n]` = activation(a `[m, k]` b `[k, n]` + bias) + residual, or LayerNorm of that; all but a and b contiguous.
  struct Product {
    let m: Int
    let n: Int
    let k: Int
    let a: Operand
    /// As `pack` gives it.
    let b: FloatStorage
    var type = CK_TYPE_F32
    /// Of S4.
    var group = 0
    /// By what activations are quantised; nil for a step of each row's own.
    var inputQuantization: InputQuantization?
    let c: FloatStorage
    var bias: FloatStorage?
    var activation = Activation.none
    /// Where a b + bias goes.
    var preactivation: FloatStorage?
    var residual: FloatStorage?
    var norm: NormOperand?

    var isInteger: Bool { type == CK_TYPE_S8 || type == CK_TYPE_S8_PAIRS || type == CK_TYPE_S4 }

    var storages: [TensorStorage] {
      let all: [TensorStorage?] = [a.storage, b, c, bias, preactivation, residual]
      return all.compactMap { $0 } + (norm?.storages ?? [])
    }

    /// The same for C. Valid while the storages live.
    var arguments: ck_gemm_args {
      // Whoever makes a product makes the storages as large as m, n and k say.
      unsafe ck_gemm_args(
        m: m, n: n, k: k, a: a.start, a_row_stride: a.rowStride, a_col_stride: a.columnStride,
        b: UnsafeRawPointer(b.start), b_type: type, b_group: group, a_scale: inputQuantization?.scale ?? 0,
        a_zero_point: Int32(inputQuantization?.zeroPoint ?? 0), c: c.start, c_row_stride: n, accumulate: 0,
        bias: bias.map { unsafe UnsafePointer($0.start) }, activation: activation.kernel,
        preactivation: preactivation.map { unsafe $0.start }, preactivation_row_stride: n,
        residual: residual.map { unsafe UnsafePointer($0.start) }, residual_row_stride: n)
    }
  }

  /// Packs b `[k, n]` for `gemm`.
  func pack(_ b: Operand, rows k: Int, columns n: Int) -> FloatStorage {
    let packed = FloatStorage(count: table.gemm_packed_count(n, k), pool: memory)
    pack(b, rows: k, columns: n, into: packed)
    return packed
  }

  /// The same into memory for `gemm_packed_count` floats.
  func pack(_ b: Operand, rows k: Int, columns n: Int, into packed: FloatStorage) {
    let panels = (n + table.gemm_nr - 1) / table.gemm_nr
    let grain = max(1, Self.elementGrain / max(1, k * table.gemm_nr))
    let storages: [TensorStorage?] = [b.storage, packed]
    split(panels, grain: grain, rounding: 1, keeping: storages.compactMap { $0 }) { range in
      // `packed` has gemm_packed_count elements, and b's bounds are the caller's word.
      unsafe table.gemm_pack_b_f32(
        n, k, b.start, b.columnStride, b.rowStride, range.lowerBound, range.upperBound, packed.start)
    }
  }

  /// Computes a product on all threads: blocks of rows, and groups of column panels where rows are few.
  func gemm(_ product: Product) {
    let (m, n, k) = (product.m, product.n, product.k)
    guard m > 0, n > 0 else { return }
    let isInteger = product.isInteger
    let nr = isInteger ? table.gemm_s8_nr : table.gemm_nr
    let mr = isInteger ? table.gemm_s8_mr : table.gemm_mr
    let rowBlock = isInteger ? table.gemm_s8_row_block : table.gemm_row_block
    let panels = (n + nr - 1) / nr
    // A product below some ten microseconds is not worth waking a thread for.
    let threads = 2 * m * n * k < 200_000 ? 1 : workers.threadCount
    let division = ProductDivision(
      rows: m, panels: panels, tileRows: mr, mostRows: rowBlock,
      leastRows: ProductDivision.leastRows(
        outputs: n, inputs: k, bytes: product.b.count * MemoryLayout<Float>.stride),
      threadCount: threads, tasksPerThread: isInteger ? 1 : 2)
    let scratchCount = isInteger ? table.gemm_s8_scratch_count(k, product.type) : table.gemm_scratch_count(k)
    let kernel = unsafe isInteger ? table.gemm_s8 : table.gemm
    // A task has scratch to itself while it runs.
    unsafe share(division.taskCount, scratchCount: scratchCount, keeping: product.storages) { task, scratch in
      let part = division[task]
      // The parts lie within the product, and `keeping` holds what the arguments point to.
      var args = unsafe product.arguments
      unsafe kernel?(
        &args, part.rows.lowerBound, part.rows.upperBound, part.panels.lowerBound, part.panels.upperBound, scratch)
      // While they are in this core's cache, and before threads meet.
      if let norm = product.norm, division.hasWholeRows {
        unsafe layerNorm(product.c, norm, part.rows, into: product.c)
      }
    }
    if let norm = product.norm, !division.hasWholeRows { layerNorm(product.c, norm, rows: m, into: product.c) }
  }
}
