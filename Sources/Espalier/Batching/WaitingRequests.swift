internal import Dispatch
internal import Synchronization

/// Requests that wait, in the order in which their inputs are taken.
final class WaitingRequests<Input: Sendable, Answer: Sendable>: Sendable {
  typealias Request = BatchRequest<Input, Answer>

  private struct Entry {
    var request: Request
    /// The first of its inputs that wasn't taken yet.
    var next: Int
    /// Of the inputs from there on.
    var cost: Int
  }

  private struct State {
    var entries: [Entry] = []
    var cost = 0
    var isAsleep = false
    var isStopped = false
  }

  private enum Outcome {
    case added(wakes: Bool)
    case refused(ClassifierError)
    /// It had ended before it came.
    case ended
  }

  private let state = Mutex(State())
  private let bell = DispatchSemaphore(value: 0)
  private let limit: Int?

  init(limit: Int?) { self.limit = limit }

  var cost: Int { state.withLock { $0.cost } }

  /// Takes a request in, or ends it where too much waits.
  func add(_ request: Request) {
    let cost = request.costs.reduce(0, +)
    let outcome: Outcome = state.withLock { state in
      // A task that was cancelled before it came to wait.
      if request.hasEnded { return .ended }
      if state.isStopped { return .refused(.stopped) }
      if let limit, state.cost > 0, state.cost + cost > limit {
        return .refused(.overloaded(waiting: state.cost, limit: limit))
      }
      state.entries.append(Entry(request: request, next: 0, cost: cost))
      state.cost += cost
      defer { state.isAsleep = false }
      return .added(wakes: state.isAsleep)
    }
    switch outcome {
    case .added(let wakes): if wakes { bell.signal() }
    case .refused(let error): request.finish(.failure(error))
    case .ended: break
    }
  }

  /// Forgets a request whose caller has gone.
  func remove(_ request: Request) {
    state.withLock { state in
      guard let place = state.entries.firstIndex(where: { $0.request === request }) else { return }
      state.cost -= state.entries.remove(at: place).cost
    }
  }

  /// The inputs that come next, together of at most `cost` by estimate.
  ///
  /// - Parameters:
  ///   - turn: what a request may give before others have their turn.
  ///   - waits: whether to wait where there is none, and to take one whatever it costs: it has to be taken at some time.
  /// - Returns: empty where there is none and it didn't wait; nil at the end, when nothing comes any more.
  func take(_ cost: Int, turn: Int, waits: Bool) -> [(request: Request, index: Int)]? {
    while true {
      let taken: [(request: Request, index: Int)]?? = state.withLock { state in
        if !state.entries.isEmpty { return .some(Self.take(cost, turn: turn, takesOne: waits, from: &state)) }
        if !waits { return .some([]) }
        if state.isStopped { return .some(nil) }
        state.isAsleep = true
        return nil
      }
      if let taken { return taken }
      bell.wait()
    }
  }

  private static func take(
    _ cost: Int, turn: Int, takesOne: Bool, from state: inout State
  ) -> [(request: Request, index: Int)] {
    var taken: [(request: Request, index: Int)] = []
    var left = cost
    while !state.entries.isEmpty, left > 0 {
      var entry = state.entries.removeFirst()
      var given = 0
      while entry.next < entry.request.inputs.count, given < turn {
        let next = entry.request.costs[entry.next]
        if next > left, !(takesOne && taken.isEmpty) { break }
        taken.append((entry.request, entry.next))
        entry.next += 1
        entry.cost -= next
        state.cost -= next
        given += next
        left -= next
      }
      guard entry.next < entry.request.inputs.count else { continue }
      if given < turn {
        // There was no more room: it goes on where it was.
        state.entries.insert(entry, at: 0)
        break
      }
      state.entries.append(entry)
    }
    return taken
  }

  /// Ends what waits, and the thread that takes.
  func stop() {
    let (entries, wakes) = state.withLock { state in
      state.isStopped = true
      defer {
        state.entries = []
        state.cost = 0
        state.isAsleep = false
      }
      return (state.entries, state.isAsleep)
    }
    for entry in entries { entry.request.finish(.failure(ClassifierError.stopped)) }
    if wakes { bell.signal() }
  }
}
