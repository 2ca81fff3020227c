import Espalier
import Synchronization
import TestSupport
import Testing

@Suite("The queue of batches") struct BatchQueueTests {
  @Test("Many tasks at once get what each would get alone, in order") func manyTasks() async throws {
    let work = DoublingWork()
    let queue = BatchQueue(work, limits: .init(batchCost: 16), name: "test")
    var random = SeededGenerator(state: 1)
    let requests = (0..<300).map { _ in
      (0..<Int.random(in: 0...40, using: &random)).map { _ in Int.random(in: 1...20, using: &random) }
    }
    let answers = try await withThrowingTaskGroup(of: (Int, [Int]).self) { group in
      for (index, inputs) in requests.enumerated() { group.addTask { (index, try await queue.answers(inputs)) } }
      return try await group.reduce(into: [Int: [Int]]()) { $0[$1.0] = $1.1 }
    }
    for (index, inputs) in requests.enumerated() { #expect(answers[index] == inputs.map { 2 * $0 }) }
    #expect(queue.waitingCost == 0)
    let batches = work.batches
    #expect(batches.reduce(0) { $0 + $1.count } == requests.reduce(0) { $0 + $1.count })
    for batch in batches { #expect(batch.count == 1 || batch.reduce(0, +) <= 16, "\(batch)") }
  }

  @Test("What comes while a batch runs is the next one") func grows() async throws {
    let work = DoublingWork(isHeld: true)
    let queue = BatchQueue(work, limits: .init(batchCost: 100), name: "test")
    async let first = queue.answers([1])
    try await work.untilRunning()
    async let second = queue.answers([2])
    async let third = queue.answers([3])
    try await until { queue.waitingCost == 5 }
    work.release()
    #expect(try await [first, second, third] == [[2], [4], [6]])
    #expect(work.batches.map { $0.sorted() } == [[1], [2, 3]])
  }

  @Test("More than may wait is refused with both numbers, and is taken later") func bound() async throws {
    let work = DoublingWork(isHeld: true)
    let queue = BatchQueue(work, limits: .init(batchCost: 4, waitingCost: 10), name: "test")
    async let running = queue.answers([1])
    try await work.untilRunning()
    async let waiting = queue.answers([4, 4])
    try await until { queue.waitingCost == 8 }
    await #expect(throws: ClassifierError.overloaded(waiting: 8, limit: 10)) { try await queue.answers([3]) }
    async let fits = queue.answers([2])
    try await until { queue.waitingCost == 10 }
    work.release()
    #expect(try await [running, waiting, fits] == [[2], [8, 8], [4]])
    // One that is above the limit by itself is taken where nothing waits.
    #expect(try await queue.answers([50]) == [100])
  }

  @Test("A cancelled request ends at once, and its inputs are dropped") func cancellation() async throws {
    let work = DoublingWork(isHeld: true)
    let queue = BatchQueue(work, limits: .init(batchCost: 100), name: "test")
    async let running = queue.answers([1])
    try await work.untilRunning()
    let cancelled = Task { try await queue.answers([7, 8, 9]) }
    try await until { queue.waitingCost == 24 }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    #expect(queue.waitingCost == 0)
    async let other = queue.answers([2])
    try await until { queue.waitingCost == 2 }
    work.release()
    #expect(try await [running, other] == [[2], [4]])
    #expect(work.batches == [[1], [2]])
    // One that was cancelled before it asked.
    let early = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await queue.answers([5])
    }
    early.cancel()
    await #expect(throws: CancellationError.self) { try await early.value }
    #expect(try await queue.answers([6]) == [12])
    #expect(work.batches.last == [6])
  }

  @Test("What takes longer than its limit ends, and its inputs are dropped; others stay") func limit() async throws {
    let work = DoublingWork(isHeld: true)
    let queue = BatchQueue(work, limits: .init(batchCost: 100), name: "test")
    let (short, long) = (TimeLimit(.milliseconds(10)), TimeLimit(.seconds(3600)))
    async let running = queue.answers([1], within: long)
    try await work.untilRunning()
    async let patient = queue.answers([2, 3], within: long)
    try await until { queue.waitingCost == 5 }
    // One after the other, so that nothing is watched in between; and then at once.
    for _ in 0..<3 {
      await #expect(throws: ClassifierError.tooSlow(limit: .milliseconds(10))) {
        try await queue.answers([7, 8], within: short)
      }
      #expect(queue.waitingCost == 5)
    }
    await withTaskGroup(of: Void.self) { group in
      for count in 1...20 {
        group.addTask {
          await #expect(throws: ClassifierError.tooSlow(limit: .milliseconds(10))) {
            try await queue.answers([Int](repeating: 9, count: count), within: short)
          }
        }
      }
    }
    #expect(queue.waitingCost == 5)
    work.release()
    #expect(try await [running, patient] == [[2], [4, 6]])
    #expect(work.batches == [[1], [2, 3]])
  }

  @Test("A request of many inputs lets others have their turn") func turns() async throws {
    let work = DoublingWork(isHeld: true)
    let queue = BatchQueue(work, limits: .init(batchCost: 8), name: "test")
    async let running = queue.answers([1])
    try await work.untilRunning()
    async let long = queue.answers([Int](repeating: 1, count: 100))
    try await until { queue.waitingCost == 100 }
    async let short = queue.answers([3])
    try await until { queue.waitingCost == 103 }
    work.release()
    #expect(try await short == [6])
    _ = try await (running, long)
    #expect(work.batches[1].contains(3), "\(work.batches)")
  }

  @Test("An input that fails fails its own request alone") func failure() async throws {
    let work = DoublingWork(isHeld: true)
    let queue = BatchQueue(work, limits: .init(batchCost: 100), name: "test")
    async let running = queue.answers([1])
    try await work.untilRunning()
    let failing = Task { try await queue.answers([2, DoublingWork.poison]) }
    async let other = queue.answers([3])
    try await until { queue.waitingCost == 5 + DoublingWork.poison }
    work.release()
    await #expect(throws: DoublingWork.Poisoned.self) { try await failing.value }
    #expect(try await [running, other] == [[2], [6]])
  }

  @Test("The thread ends with the queue") func ends() async throws {
    weak var state: DoublingWork.State?
    do {
      let work = DoublingWork()
      state = work.state
      let queue = BatchQueue(work, limits: .init(batchCost: 8), name: "test")
      #expect(try await queue.answers([4]) == [8])
    }
    for _ in 0..<5000 where state != nil { try await Task.sleep(for: .milliseconds(1)) }
    #expect(state == nil)
  }

  @Test func reports() async throws {
    let reports = Mutex<[BatchReport]>([])
    let queue = BatchQueue(DoublingWork(), limits: .init(batchCost: 100), name: "test") { report in
      reports.withLock { $0.append(report) }
    }
    _ = try await queue.answers([3, 4])
    let all = reports.withLock { $0 }
    #expect(all.map(\.inputs).reduce(0, +) == 2)
    #expect(all.map(\.cost).reduce(0, +) == 7)
  }
}

/// Waits for something that other tasks bring about.
func until(_ holds: () -> Bool) async throws {
  struct TooLong: Error {}
  for _ in 0..<10_000 {
    if holds() { return }
    try await Task.sleep(for: .milliseconds(1))
  }
  throw TooLong()
}
