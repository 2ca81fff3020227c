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
/// counter: which thread runs one must not matter to its result. A loop waits for the workers that take part in it, not
/// for those that come too late because others have the cores.
///
/// Loops of several callers run one after the other. The threads end with the pool.
package final class WorkerPool: Sendable {
  /// The number of threads, the caller's included.
  package let threadCount: Int

  private let crew = Crew()
  private let threads: Threads

  package init(threadCount: Int) {
    precondition(threadCount > 0, "a pool of \(threadCount) threads")
    self.threadCount = threadCount
    threads = Threads(count: threadCount - 1, crew: crew)
  }

  deinit {
    crew.stop()
    threads.join()
  }

  /// Calls `body(task, worker)` for each task in 0..<count, in any order and on any thread; worker is in
  /// 0..<threadCount, and a worker runs one task at a time. Returns when all are done. `body` must not call `run` of
  /// the same pool.
  package func run(_ count: Int, _ body: (Int, Int) -> Void) {
    // A single task takes its turn too: the caller is worker 0, who may be at work for another caller.
    crew.inTurn {
      guard count > 1, !threads.isEmpty else {
        for task in 0..<count { body(task, 0) }
        return
      }
      withoutActuallyEscaping(body) { crew.run(count, $0) }
    }
  }
}

/// What the threads of a pool share. They hold it, not the pool, so that the pool can end and end them.
///
/// Unchecked: `job` and `taskCount` are written by the one caller while no worker is inside, and read by workers only
/// after they have entered.
@safe private final class Crew: @unchecked Sendable {
  private let generation = Atomic<Int>(0)
  private let nextTask = Atomic<Int>(0)
  /// How many workers are inside of the loop; that plus `closed` when no more may enter.
  private let inside = Atomic<Int>(Crew.closed)
  private let sleepers = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private var job: ((Int, Int) -> Void)?
  private var taskCount = 0
  /// Held by the caller whose loop it is. A pthread lock as the gate is, since the thread sanitizer knows those.
  private let turn: UnsafeMutablePointer<pthread_mutex_t>
  private let gate: UnsafeMutablePointer<pthread_mutex_t>
  private let bell: UnsafeMutablePointer<pthread_cond_t>

  private static let closed = Int.min / 2

  /// About 50 µs of pauses: longer than the gap between two layers' loops, short enough not to heat an idle core.
  private static let spins = 2000

  init() {
    // All live until deinit, when no thread holds the crew any more.
    unsafe turn = .allocate(capacity: 1)
    unsafe pthread_mutex_init(turn, nil)
    unsafe gate = .allocate(capacity: 1)
    unsafe bell = .allocate(capacity: 1)
    unsafe pthread_mutex_init(gate, nil)
    unsafe pthread_cond_init(bell, nil)
  }

  deinit {
    // Nobody waits: each thread held the crew until it had left.
    unsafe pthread_cond_destroy(bell)
    unsafe pthread_mutex_destroy(gate)
    unsafe pthread_mutex_destroy(turn)
    unsafe turn.deallocate()
    unsafe bell.deallocate()
    unsafe gate.deallocate()
  }

  /// Calls `body` when no other caller is inside.
  func inTurn(_ body: () -> Void) {
    // The pointer is the crew's own, see init.
    unsafe pthread_mutex_lock(turn)
    defer { unsafe pthread_mutex_unlock(turn) }
    body()
  }

  /// Runs one loop, in turn; the caller is worker 0.
  func run(_ count: Int, _ body: @escaping (Int, Int) -> Void) {
    job = body
    taskCount = count
    nextTask.store(0, ordering: .relaxed)
    inside.store(0, ordering: .releasing)
    wake()
    takeTasks(body, count, worker: 0)
    inside.add(Self.closed, ordering: .acquiringAndReleasing)
    var waited = 0
    while inside.load(ordering: .acquiring) != Self.closed {
      waited += 1
      // A worker that was scheduled away needs this core more than we do.
      if waited > Self.spins { sched_yield() } else { ck_pause() }
    }
    job = nil
  }

  /// Tells the threads to end.
  func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    wake()
  }

  /// A thread's life.
  func work(_ worker: Int) {
    var seen = 0
    while true {
      seen = waitForGeneration(after: seen)
      if isStopping.load(ordering: .sequentiallyConsistent) { return }
      guard enter() else { continue }
      if let job { takeTasks(job, taskCount, worker: worker) }
      inside.subtract(1, ordering: .releasing)
    }
  }

  /// Whether there is a loop to take part in, which then waits for this worker.
  private func enter() -> Bool {
    var count = inside.load(ordering: .relaxed)
    while count >= 0 {
      let (isIn, present) = inside.weakCompareExchange(expected: count, desired: count + 1, ordering: .acquiring)
      if isIn { return true }
      count = present
    }
    return false
  }

  private func takeTasks(_ body: (Int, Int) -> Void, _ count: Int, worker: Int) {
    while true {
      let task = nextTask.wrappingAdd(1, ordering: .relaxed).oldValue
      if task >= count { return }
      body(task, worker)
    }
  }

  private func wake() {
    generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    // The pointers are the crew's own, see init.
    unsafe pthread_mutex_lock(gate)
    unsafe pthread_cond_broadcast(bell)
    unsafe pthread_mutex_unlock(gate)
  }

  private func waitForGeneration(after seen: Int) -> Int {
    for _ in 0..<Self.spins {
      let current = generation.load(ordering: .acquiring)
      if current != seen { return current }
      ck_pause()
    }
    // The pointers are the crew's own, see init.
    unsafe pthread_mutex_lock(gate)
    defer { unsafe pthread_mutex_unlock(gate) }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer { sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let current = generation.load(ordering: .sequentiallyConsistent)
      if current != seen { return current }
      // Woken for nothing or not, the generation says.
      unsafe pthread_cond_wait(bell, gate)
    }
  }
}

/// Threads that work for a crew.
///
/// Unchecked: the handles are written by init and never change.
private struct Threads: @unchecked Sendable {
  private var handles: [pthread_t] = []

  /// Starts `count` threads, or as many as can be had: results don't depend on the count.
  init(count: Int, crew: Crew) {
    for worker in 0..<count {
      #if os(Linux)
        var thread = pthread_t()
      #else
        var thread: pthread_t?
      #endif
      // The reference is taken over by the new thread.
      let argument = unsafe Unmanaged.passRetained(ThreadStart(crew: crew, worker: worker + 1)).toOpaque()
      let status = unsafe pthread_create(
        &thread, nil,
        { argument in
          // Optional on Linux; what was retained above, and is released here, once.
          let pointer: UnsafeMutableRawPointer? = unsafe argument
          guard let pointer = unsafe pointer else { return nil }
          let start = unsafe Unmanaged<ThreadStart>.fromOpaque(pointer).takeRetainedValue()
          start.crew.work(start.worker)
          return nil
        }, argument)
      if status != 0 {
        // There is no thread to take it over.
        unsafe Unmanaged<ThreadStart>.fromOpaque(argument).release()
        break
      }
      #if os(Linux)
        handles.append(thread)
      #else
        if let thread { handles.append(thread) }
      #endif
    }
  }

  var isEmpty: Bool { handles.isEmpty }

  /// Waits until all have ended. To be called once.
  func join() {
    for handle in handles { pthread_join(handle, nil) }
  }
}

/// What a new thread is given.
private final class ThreadStart: Sendable {
  let crew: Crew
  let worker: Int

  init(crew: Crew, worker: Int) {
    self.crew = crew
    self.worker = worker
  }
}
