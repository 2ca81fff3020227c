internal import CKernels

extension CPUBackend {
  /// A matrix operand by pointer and strides, in elements.
  struct Operand {
    let start: UnsafePointer<Float>
    let rowStride: Int
    let columnStride: Int
  }

  /// Packs b `[k, n]` for `gemm`. Element (p, j) is at start[p * rowStride + j * columnStride].
  func pack(_ b: Operand, rows k: Int, columns n: Int, keeping: [TensorStorage]) -> FloatStorage {
    let packed = FloatStorage(count: unsafe table.gemm_packed_count(n, k), pool: memory)
    let panels = (n + table.gemm_nr - 1) / table.gemm_nr
    let grain = max(1, Self.elementGrain / max(1, k * table.gemm_nr))
    split(panels, grain: grain, rounding: 1, keeping: keeping + [packed]) { range in
      // `packed` has gemm_packed_count elements, and b's bounds are the caller's word.
      unsafe table.gemm_pack_b_f32(
        n, k, b.start, b.columnStride, b.rowStride, range.lowerBound, range.upperBound, packed.start)
    }
    return packed
  }

  /// Runs a prepared product on all threads: blocks of rows, and groups of column panels where rows are few.
  func gemm(_ args: ck_gemm_args, keeping: [TensorStorage]) {
    let m = args.m
    guard m > 0, args.n > 0 else { return }
    let panels = (args.n + table.gemm_nr - 1) / table.gemm_nr
    let threads = workers.threadCount
    let mr = table.gemm_mr
    var rowTasks = max(1, (m + table.gemm_row_block - 1) / table.gemm_row_block)
    // Even blocks, in whole register tiles.
    let rowsPerTask = ((m + rowTasks - 1) / rowTasks + mr - 1) / mr * mr
    rowTasks = (m + rowsPerTask - 1) / rowsPerTask
    // Each group of panels packs the rows again, so there are no more groups than threads need. A product below some
    // ten microseconds is not worth waking a thread for.
    let operations = 2 * m * args.n * args.k
    let wanted = threads == 1 || operations < 200_000 ? 1 : 3 * threads
    let groups = rowTasks >= wanted ? 1 : min(panels, (wanted + rowTasks - 1) / rowTasks)
    let panelsPerGroup = (panels + groups - 1) / groups
    let scratchCount = unsafe table.gemm_scratch_count(args.k)
    unsafe share(rowTasks * groups, scratchCount: scratchCount, keeping: keeping) { task, scratch in
      var args = unsafe args
      let row = task % rowTasks * rowsPerTask
      let panel = task / rowTasks * panelsPerGroup
      guard panel < panels else { return }
      // Bounds: the operands' sizes are the caller's word, and ranges are clipped to them.
      unsafe table.gemm(
        &args, row, min(m, row + rowsPerTask), panel, min(panels, panel + panelsPerGroup), scratch)
    }
  }

  /// c = a b, with strides as given and c contiguous.
  func product(
    _ a: Operand, m: Int, k: Int, _ b: Operand, n: Int, into c: FloatStorage, keeping: [TensorStorage]
  ) {
    let packed = unsafe pack(b, rows: k, columns: n, keeping: keeping)
    var args = ck_gemm_args()
    args.m = m
    args.n = n
    args.k = k
    unsafe args.a = a.start
    args.a_row_stride = a.rowStride
    args.a_col_stride = a.columnStride
    unsafe args.b = UnsafeRawPointer(packed.start)
    args.b_type = CK_TYPE_F32
    unsafe args.c = c.start
    args.c_row_stride = n
    unsafe gemm(args, keeping: keeping + [packed, c])
  }
}
