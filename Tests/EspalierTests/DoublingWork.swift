import Dispatch
import Espalier
import Synchronization

/// Doubles numbers, each of which costs itself, and keeps the batches that it saw.
struct DoublingWork: BatchWork {
  struct Poisoned: Error {}
  static let poison = 1000

  final class State: Sendable {
    let batches = Mutex<[[Int]]>([])
    let isRunning = Mutex(false)
    let hold = DispatchSemaphore(value: 0)
  }

  let state = State()
  private let isHeld: Bool

  /// - Parameter isHeld: whether the first batch waits for ``release()``.
  init(isHeld: Bool = false) { self.isHeld = isHeld }

  var batches: [[Int]] { state.batches.withLock { $0 } }

  func untilRunning() async throws { try await until { state.isRunning.withLock { $0 } } }

  func release() { state.hold.signal() }

  func estimate(_ input: Int) -> Int { input }
  func prepare(_ inputs: [Int]) -> [Int] { inputs }
  func cost(_ prepared: Int) -> Int { prepared }

  func answers(_ batch: [Int]) -> [Result<Int, any Error>] {
    let isFirst = state.batches.withLock { batches in
      batches.append(batch)
      return batches.count == 1
    }
    if isHeld, isFirst {
      state.isRunning.withLock { $0 = true }
      state.hold.wait()
    }
    return batch.map { $0 == Self.poison ? .failure(Poisoned()) : .success(2 * $0) }
  }
}
