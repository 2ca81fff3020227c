internal import CKernels
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads of our own that share out the tasks of one loop at a time.
///
/// The caller works too. Between loops a worker spins for some tens of microseconds, because the next layer's loop
/// follows at once, and then sleeps, so that an idle process uses no processor time. Tasks are taken from a common
/// counter: which thread runs one must not matter to its result.
@safe package final class WorkerPool: @unchecked Sendable {
  // @unchecked: `job` and `taskCount` are written by the caller before `generation` is raised, and read by workers
  // after they saw it raised; the caller returns only when no worker is inside.

  /// The number of threads, the caller's included.
  package let threadCount: Int

  private let generation = Atomic<Int>(0)
  private let nextTask = Atomic<Int>(0)
  private let busyWorkers = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private var job: ((Int, Int) -> Void)?
  private var taskCount = 0
  private let gate: UnsafeMutablePointer<pthread_mutex_t>
  private let bell: UnsafeMutablePointer<pthread_cond_t>
  private var threads: [pthread_t] = []
  private let loop = Mutex<Void>(())

  /// About 50 µs of pauses: longer than the gap between two layers' loops, short enough not to heat an idle core.
  private static let spins = 2000

  package init(threadCount: Int) {
    precondition(threadCount > 0, "a pool of \(threadCount) threads")
    self.threadCount = threadCount
    // Both live until deinit, which is after the last worker has ended.
    unsafe gate = .allocate(capacity: 1)
    unsafe bell = .allocate(capacity: 1)
    unsafe pthread_mutex_init(gate, nil)
    unsafe pthread_cond_init(bell, nil)
    for worker in 1..<max(1, threadCount) {
      let start = WorkerStart(pool: self, worker: worker)
      #if os(Linux)
        var thread = pthread_t()
      #else
        var thread: pthread_t?
      #endif
      // The reference is taken over by the new thread.
      let argument = unsafe Unmanaged.passRetained(start).toOpaque()
      let status = unsafe pthread_create(
        &thread, nil,
        { argument in
          // On Linux the argument is optional.
          let pointer: UnsafeMutableRawPointer? = unsafe argument
          guard let pointer = unsafe pointer else { return nil }
          let start = unsafe Unmanaged<WorkerStart>.fromOpaque(pointer).takeRetainedValue()
          let shared = unsafe start.pool
          let worker = start.worker
          unsafe shared.work(worker)
          return nil
        }, argument)
      if status != 0 {
        // A thread that can't be had is a thread less: results don't depend on the count.
        unsafe Unmanaged<WorkerStart>.fromOpaque(argument).release()
        break
      }
      #if os(Linux)
        unsafe threads.append(thread)
      #else
        if let thread { threads.append(thread) }
      #endif
    }
  }

  deinit {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    unsafe pthread_mutex_lock(gate)
    generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
    unsafe pthread_cond_broadcast(bell)
    unsafe pthread_mutex_unlock(gate)
    for thread in unsafe threads { unsafe pthread_join(thread, nil) }
    unsafe pthread_cond_destroy(bell)
    unsafe pthread_mutex_destroy(gate)
    unsafe bell.deallocate()
    unsafe gate.deallocate()
  }

  /// Calls `body(task, worker)` for each task in 0..<count, in any order and on any thread; worker is in
  /// 0..<threadCount, and a worker runs one task at a time. Returns when all are done. `body` must not call `run`.
  package func run(_ count: Int, _ body: (Int, Int) -> Void) {
    guard count > 1, unsafe !threads.isEmpty else {
      for task in 0..<count { body(task, 0) }
      return
    }
    loop.withLock { _ in
      withoutActuallyEscaping(body) { body in
        job = body
        taskCount = count
        nextTask.store(0, ordering: .relaxed)
        busyWorkers.store(unsafe threads.count, ordering: .relaxed)
        generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
          unsafe pthread_mutex_lock(gate)
          unsafe pthread_cond_broadcast(bell)
          unsafe pthread_mutex_unlock(gate)
        }
        takeTasks(body, count, worker: 0)
        var waited = 0
        while busyWorkers.load(ordering: .acquiring) > 0 {
          waited += 1
          // A worker that was scheduled away needs this core more than we do.
          if waited > Self.spins { sched_yield() } else { spinHint() }
        }
        job = nil
      }
    }
  }

  private func takeTasks(_ body: (Int, Int) -> Void, _ count: Int, worker: Int) {
    while true {
      let task = nextTask.wrappingAdd(1, ordering: .relaxed).oldValue
      if task >= count { return }
      body(task, worker)
    }
  }

  fileprivate func work(_ worker: Int) {
    var seen = 0
    while true {
      seen = waitForGeneration(after: seen)
      if isStopping.load(ordering: .sequentiallyConsistent) { return }
      if let job { takeTasks(job, taskCount, worker: worker) }
      busyWorkers.wrappingSubtract(1, ordering: .releasing)
    }
  }

  private func waitForGeneration(after seen: Int) -> Int {
    for _ in 0..<Self.spins {
      let current = generation.load(ordering: .acquiring)
      if current != seen { return current }
      spinHint()
    }
    unsafe pthread_mutex_lock(gate)
    defer { unsafe pthread_mutex_unlock(gate) }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer { sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let current = generation.load(ordering: .sequentiallyConsistent)
      if current != seen { return current }
      unsafe pthread_cond_wait(bell, gate)
    }
  }

  private func spinHint() { ck_pause() }
}

/// What a new thread is given. The pool outlives its threads: deinit joins them.
@safe private final class WorkerStart {
  unowned(unsafe) let pool: WorkerPool
  let worker: Int
  init(pool: WorkerPool, worker: Int) {
    unsafe self.pool = pool
    self.worker = worker
  }
}
