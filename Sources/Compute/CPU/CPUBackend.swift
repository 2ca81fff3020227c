internal import CKernels

/// The CPU: kernels in C for the instruction set at hand, shared out over the threads of a pool.
///
/// Results are the same for every number of threads.
public final class CPUBackend: Backend {
  let kernels: KernelSet
  let workers: WorkerPool
  let memory = MemoryPool()
  let weightMemory = WeightMemory()
  private let scratch: [ScratchMemory]
  /// One for each thread, of that thread alone; none where there is one thread anyway.
  private let soloists: [CPUBackend]

  /// - Parameters:
  ///   - instructionSet: which kernels to use.
  ///   - threadCount: how many threads work, the caller's included.
  /// - Throws: ``KernelSetError`` when this machine lacks the instruction set.
  public convenience init(
    instructionSet: InstructionSet = .best, threadCount: Int = ProcessorCount.available
  ) throws(KernelSetError) {
    guard let kernels = KernelSet(instructionSet) else {
      throw .unavailable(instructionSet, available: InstructionSet.available)
    }
    self.init(kernels: kernels, threadCount: max(1, threadCount))
  }

  private init(kernels: KernelSet, threadCount: Int) {
    self.kernels = kernels
    workers = WorkerPool(threadCount: threadCount)
    scratch = (0..<threadCount).map { _ in ScratchMemory() }
    soloists = threadCount == 1 ? [] : (0..<threadCount).map { _ in CPUBackend(kernels: kernels, threadCount: 1) }
  }

  public var name: String { "cpu (\(kernels.instructionSet.rawValue))" }
  public var instructionSet: InstructionSet { kernels.instructionSet }
  public var threadCount: Int { workers.threadCount }

  var table: ck_kernels { kernels.table }

  /// Gives memory that no tensor uses back to the system.
  public func releaseUnusedMemory() {
    memory.trim()
    for soloist in soloists { soloist.releaseUnusedMemory() }
  }

  /// What activations, parameters and all else but packed weights take, free blocks included, in bytes.
  package var heldBytes: Int { memory.heldBytes + soloists.reduce(0) { $0 + $1.heldBytes } }
  /// The same without free blocks.
  package var usedBytes: Int { memory.usedBytes + soloists.reduce(0) { $0 + $1.usedBytes } }

  public func upload(_ values: [Float], shape: Shape) throws(TensorError) -> Tensor {
    guard values.count == shape.count else {
      throw .countMismatch(op: "upload", expected: shape.count, found: values.count)
    }
    let storage = FloatStorage(count: values.count, pool: memory)
    // Both hold `count` floats.
    unsafe values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { unsafe storage.start.update(from: base, count: source.count) }
    }
    return Tensor(shape: shape, storage: storage)
  }

  public func read(_ tensor: Tensor) throws(TensorError) -> [Float] { try floats(tensor, "read").values }

  /// The floats of a tensor of this kind of backend.
  func floats(_ tensor: Tensor, _ op: String) throws(TensorError) -> FloatStorage {
    if let sparse = tensor.storage as? SparseRows { return sparse.dense(count: tensor.shape.rows, pool: memory) }
    guard let storage = tensor.storage as? FloatStorage else { throw .foreignTensor(op: op, backend: name) }
    return storage
  }

  /// Memory for a new tensor, not cleared.
  func allocate(_ shape: Shape) -> (tensor: Tensor, storage: FloatStorage) {
    let storage = FloatStorage(count: shape.count, pool: memory)
    return (Tensor(shape: shape, storage: storage), storage)
  }

  /// Calls `body` with ranges that cover 0..<count, each of at least `grain` elements but the last, on all threads.
  ///
  /// Ranges are multiples of `rounding`: 16 floats keep threads off each other's cache lines. `keeping` is alive until
  /// the last call has returned.
  func split(
    _ count: Int, grain: Int, rounding: Int = 16, keeping: [TensorStorage], _ body: (Range<Int>) -> Void
  ) {
    guard count > 0 else { return }
    // Four ranges a thread level out unequal speed.
    let even = (count / (workers.threadCount * 4) + rounding) / rounding * rounding
    let size = max(max(1, grain), even)
    let ranges = (count + size - 1) / size
    withExtendedLifetime(keeping) {
      workers.run(ranges) { task, _ in body(task * size..<min(count, (task + 1) * size)) }
    }
  }

  /// Like `split` for tasks of unlike cost that need scratch memory of `scratchCount` floats.
  func share(
    _ tasks: Int, scratchCount: Int, keeping: [TensorStorage], _ body: (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    withExtendedLifetime(keeping) {
      workers.run(tasks) { task, worker in
        // A worker runs one task at a time, so its scratch is its own.
        unsafe body(task, scratch[worker].floats(scratchCount))
      }
    }
  }

  /// Calls `body` for each task in 0..<count on all threads, with a backend of that one thread's own to do the task by.
  ///
  /// For tasks that consist of many operations: threads that have a task each don't wait for each other after every
  /// operation, and what a task makes stays in that core's cache.
  package func shareWhole(_ count: Int, _ body: (Int, CPUBackend) -> Void) {
    // A loop of the pool may not hold another, so a backend of one thread needs none around its tasks.
    guard !soloists.isEmpty else {
      for task in 0..<count { body(task, self) }
      return
    }
    workers.run(count) { task, worker in body(task, soloists[worker]) }
  }

  /// Elements that are worth another thread: some microseconds of work.
  static let elementGrain = 8192
}

/// A worker's scratch memory, grown on demand.
@safe private final class ScratchMemory: @unchecked Sendable {
  // Unchecked: used by one worker at a time.
  private var block = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
  private var count = 16

  /// At least `wanted` floats, not cleared; they last until the next call.
  func floats(_ wanted: Int) -> UnsafeMutablePointer<Float> {
    if wanted > count {
      // The block is this object's own, and the worker has left what it had of it.
      unsafe block.deallocate()
      count = wanted
      unsafe block = .allocate(byteCount: wanted * MemoryLayout<Float>.stride, alignment: MemoryPool.alignment)
    }
    // Nothing but floats is ever kept in it.
    return unsafe block.assumingMemoryBound(to: Float.self)
  }

  // Allocated here, and with this object goes the last user.
  deinit { unsafe block.deallocate() }
}
