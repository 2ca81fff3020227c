import Compute
import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A time limit stands for "never": what waits for something that doesn't come.
@Suite("Worker pool", .timeLimit(.minutes(2))) struct WorkerPoolTests {
  @Test(arguments: [1, 2, 3, 5], [0, 1, 2, 3, 17, 1000])
  func eachTaskRunsOnce(threadCount: Int, taskCount: Int) {
    let pool = WorkerPool(threadCount: threadCount)
    #expect(pool.threadCount == threadCount)
    for _ in 0..<20 {
      let runs = Locked([Int](repeating: 0, count: taskCount))
      let workers = Locked<Set<Int>>([])
      pool.run(taskCount) { task, worker in
        runs.withLock { $0[task] += 1 }
        _ = workers.withLock { $0.insert(worker) }
      }
      #expect(runs.withLock { $0.allSatisfy { $0 == 1 } })
      #expect(workers.withLock { $0.allSatisfy { (0..<threadCount).contains($0) } })
    }
  }

  /// What a task wrote, the caller reads after the loop, without a lock of its own.
  @Test(arguments: [1, 2, 4]) func tasksAreVisibleToTheCaller(threadCount: Int) {
    let pool = WorkerPool(threadCount: threadCount)
    let cells = Cells(count: 64)
    for round in 1...200 {
      pool.run(64) { task, _ in cells[task] += round * task }
      #expect((0..<64).allSatisfy { cells[$0] == round * (round + 1) / 2 * $0 })
    }
  }

  /// Loops of several threads on one pool don't mix, and a worker runs one task at a time: it has scratch memory.
  @Test(arguments: [1, 2, 3]) func loopsOfSeveralThreadsAreSafe(threadCount: Int) {
    let pool = WorkerPool(threadCount: threadCount)
    let isBusy = (0..<threadCount).map { _ in Flag() }
    let collisions = Atomic(0)
    let sums = Locked<[Int]>([])
    onThreads(6) { caller in
      var sum = 0
      for round in 0..<300 {
        // Loops of one task too, which need no other thread.
        let count = round % 4
        let cells = Cells(count: count)
        pool.run(count) { task, worker in
          if isBusy[worker].set() { collisions.add(1, ordering: .relaxed) }
          cells[task] = task + caller
          if round % 8 == 1 { sched_yield() }
          isBusy[worker].clear()
        }
        for task in 0..<count { sum += cells[task] }
      }
      sums.withLock { $0.append(sum) }
    }
    #expect(collisions.load(ordering: .relaxed) == 0)
    // 75 rounds each of 0, 1, 2 and 3 tasks.
    let expected = (0..<6).map { caller in 75 * (0 + 1 + 3) + 75 * 6 * caller }
    #expect(sums.withLock { $0.sorted() } == expected)
  }

  /// A loop of one pool goes on while another's stands still: each round waits, inside a task, for the other's last.
  @Test func poolsSideBySideDoNotStallEachOther() {
    let rounds = 300
    let pools = [WorkerPool(threadCount: 2), WorkerPool(threadCount: 3)]
    let finished = [Counter(), Counter()]
    let tasks = Counter()
    onThreads(2) { side in
      for round in 0..<rounds {
        pools[side].run(5) { task, _ in
          if task == round % 5 {
            while finished[1 - side].value < round { sched_yield() }
          }
          tasks.increment()
        }
        finished[side].increment()
      }
    }
    #expect(finished.map(\.value) == [rounds, rounds])
    #expect(tasks.value == 2 * rounds * 5)
  }

  /// A task may use another pool.
  @Test func poolsNest() {
    let outer = WorkerPool(threadCount: 3)
    let inner = WorkerPool(threadCount: 2)
    let tasks = Counter()
    for _ in 0..<50 {
      outer.run(7) { _, _ in inner.run(4) { _, _ in tasks.increment() } }
    }
    #expect(tasks.value == 50 * 7 * 4)
  }

  /// A pool that nobody holds ends its threads and goes, whether they sleep or have just worked.
  @Test func aPoolEndsWithItsLastReference() {
    for round in 0..<40 {
      weak var gone: WorkerPool?
      do {
        let pool = WorkerPool(threadCount: 1 + round % 4)
        gone = pool
        if round % 3 > 0 { pool.run(8) { _, _ in } }
        if round % 8 == 7 { usleep(20_000) }
      }
      #expect(gone == nil, "round \(round)")
    }
  }

  #if os(Linux)
    /// Processor time, not wall time: a thread that waits uses none.
    @Test func anIdlePoolUsesNoProcessor() throws {
      let threadCount = 3
      let pool = WorkerPool(threadCount: threadCount)
      let clocks = Locked<[Int: clockid_t]>([:])
      let arrived = Counter()
      pool.run(threadCount) { _, worker in
        var clock = clockid_t()
        if pthread_getcpuclockid(pthread_self(), &clock) == 0 { clocks.withLock { $0[worker] = clock } }
        // All wait for all, so that each thread takes one task.
        arrived.increment()
        while arrived.value < threadCount { sched_yield() }
      }
      let workers = clocks.withLock { $0.filter { $0.key > 0 }.map(\.value) }
      try #require(workers.count == threadCount - 1)
      func seconds() -> [Double] {
        workers.map { clock in
          var time = timespec()
          return clock_gettime(clock, &time) == 0 ? Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9 : .infinity
        }
      }
      usleep(200_000)  // The spinning is over.
      let before = seconds()
      #expect(before.allSatisfy { $0.isFinite })
      usleep(500_000)
      for (after, before) in zip(seconds(), before) { #expect(after - before < 0.001, "\(after - before) s in 0.5 s") }
      let tasks = Counter()
      pool.run(100) { _, _ in tasks.increment() }
      #expect(tasks.value == 100)
    }
  #endif
}

/// Calls `body(index)` on `count` threads at once, and returns when all have returned.
private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let group = DispatchGroup()
  for index in 0..<count {
    group.enter()
    Thread {
      body(index)
      group.leave()
    }.start()
  }
  group.wait()
}

/// A value behind a lock that the thread sanitizer knows, which it does not of the standard library's Mutex.
private final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) { self.value = value }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result { lock.withLock { body(&value) } }
}

private final class Counter: Sendable {
  private let count = Atomic(0)
  var value: Int { count.load(ordering: .acquiring) }
  func increment() { count.add(1, ordering: .releasing) }
}

private final class Flag: Sendable {
  private let isSet = Atomic(false)
  /// Whether it was set already.
  func set() -> Bool { isSet.exchange(true, ordering: .relaxed) }
  func clear() { isSet.store(false, ordering: .relaxed) }
}

/// Numbers that tasks write without a lock, each its own: only the pool orders them. Unchecked: that is the test.
private final class Cells: @unchecked Sendable {
  private let start: UnsafeMutablePointer<Int>
  private let count: Int

  init(count: Int) {
    self.count = count
    start = .allocate(capacity: max(1, count))
    start.initialize(repeating: 0, count: count)
  }

  deinit { start.deallocate() }

  subscript(_ index: Int) -> Int {
    get { start[index] }
    set { start[index] = newValue }
  }
}
