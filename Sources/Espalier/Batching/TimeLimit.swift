internal import DequeModule
internal import Synchronization

/// Ends what takes longer than a duration, at next to no cost for what doesn't: one task sleeps for all that is watched,
/// and none where nothing is.
///
/// All that one limit watches has the same duration, so what began first is due first.
package final class TimeLimit: Sendable {
  package let duration: Duration

  private struct Watched {
    var due: ContinuousClock.Instant
    var end: @Sendable () -> Void
  }

  private struct State {
    /// In the order of their beginnings; nil for what ended by itself.
    var watched: Deque<Watched?> = []
    /// The number of the first in `watched`.
    var first = 0
    var hasWatchman = false

    mutating func dropEnded() {
      while let entry = watched.first, entry == nil {
        watched.removeFirst()
        first += 1
      }
    }
  }

  private let state = Mutex(State())

  package init(_ duration: Duration) { self.duration = duration }

  /// Has `end` called where the limit is over before ``forget(_:)``.
  ///
  /// - Returns: what to forget it by.
  func watch(_ end: @escaping @Sendable () -> Void) -> Int {
    let due = ContinuousClock.now + duration
    let (number, wantsWatchman) = state.withLock { state in
      state.watched.append(Watched(due: due, end: end))
      defer { state.hasWatchman = true }
      return (state.first + state.watched.count - 1, !state.hasWatchman)
    }
    if wantsWatchman { Task { await keepWatch() } }
    return number
  }

  func forget(_ number: Int) {
    state.withLock { state in
      guard number >= state.first else { return }
      state.watched[number - state.first] = nil
      state.dropEnded()
    }
  }

  private func keepWatch() async {
    while let due = endWhatIsDue() { try? await Task.sleep(until: due, clock: .continuous) }
  }

  /// When the next may be due; nil where nothing is watched, and nobody watches any more.
  private func endWhatIsDue() -> ContinuousClock.Instant? {
    let now = ContinuousClock.now
    let (due, next) = state.withLock { state in
      var due: [@Sendable () -> Void] = []
      while let entry = state.watched.first {
        if let entry {
          guard entry.due <= now else { return (due, entry.due as ContinuousClock.Instant?) }
          due.append(entry.end)
        }
        state.watched.removeFirst()
        state.first += 1
      }
      state.hasWatchman = false
      return (due, nil)
    }
    for end in due { end() }
    return next
  }
}
