internal import Synchronization

/// What one caller asked for at once, and where the answers are put.
///
/// It ends once: by its last answer, by the first error, or because its caller no longer wants it.
final class BatchRequest<Input: Sendable, Answer: Sendable>: Sendable {
  let inputs: [Input]
  /// By estimate, of each input.
  let costs: [Int]

  private struct State {
    var continuation: CheckedContinuation<[Answer], any Error>?
    var answers: [Answer?]
    var missing: Int
    /// How it ended, once it has; kept for a caller that comes to wait later.
    var end: Result<[Answer], any Error>?
  }

  private let state: Mutex<State>

  init(_ inputs: [Input], costs: [Int]) {
    self.inputs = inputs
    self.costs = costs
    state = Mutex(State(answers: [Answer?](repeating: nil, count: inputs.count), missing: inputs.count))
  }

  var hasEnded: Bool { state.withLock { $0.end != nil } }

  /// Has the continuation resumed when the request ends, at once if it has.
  func wait(_ continuation: CheckedContinuation<[Answer], any Error>) {
    let end = state.withLock { state in
      if state.end == nil { state.continuation = continuation }
      return state.end
    }
    if let end { continuation.resume(with: end) }
  }

  func take(_ answer: Result<Answer, any Error>, for index: Int) {
    switch answer {
    case .failure(let error): finish(.failure(error))
    case .success(let answer):
      let all: [Answer]? = state.withLock { state in
        state.answers[index] = answer
        state.missing -= 1
        return state.missing == 0 ? state.answers.compactMap { $0 } : nil
      }
      if let all { finish(.success(all)) }
    }
  }

  func finish(_ end: Result<[Answer], any Error>) {
    let continuation = state.withLock { state in
      guard state.end == nil else { return nil as CheckedContinuation<[Answer], any Error>? }
      state.end = end
      defer { state.continuation = nil }
      return state.continuation
    }
    continuation?.resume(with: end)
  }
}
