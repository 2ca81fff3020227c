internal import Foundation

/// Dynamic batching: what came while the last batch ran becomes the next one, up to a cost.
///
/// A lone request is worked on at once; under load batches grow by themselves, and with them the throughput. Requests of
/// many inputs take turns with others, so that they hold up nobody. The work is done on a thread of the queue's own: it
/// takes none from the cooperative pool.
package final class BatchQueue<Work: BatchWork>: Sendable {
  package struct Limits: Sendable {
    /// Of a batch; one input may cost more.
    package var batchCost: Int
    /// Of what waits, by estimate; nil for no limit. A request that alone is above it is taken where nothing waits.
    package var waitingCost: Int?

    package init(batchCost: Int, waitingCost: Int? = nil) {
      self.batchCost = batchCost
      self.waitingCost = waitingCost
    }
  }

  private let work: Work
  private let waiting: WaitingRequests<Work.Input, Work.Answer>

  /// - Parameter observer: called on the queue's thread after each batch.
  package init(
    _ work: Work, limits: Limits, name: String, observer: @escaping @Sendable (BatchReport) -> Void = { _ in }
  ) {
    self.work = work
    let waiting = WaitingRequests<Work.Input, Work.Answer>(limit: limits.waitingCost)
    self.waiting = waiting
    let loop = BatchLoop(work: work, waiting: waiting, batchCost: limits.batchCost, observer: observer)
    // It holds what it needs, not the queue, so that the queue can end and end it.
    let thread = Thread { loop.run() }
    thread.name = name
    thread.start()
  }

  deinit { waiting.stop() }

  /// What waits now, by estimate.
  package var waitingCost: Int { waiting.cost }

  /// The answers to inputs, in order. May be called from many tasks at once; inputs of a cancelled task are dropped.
  ///
  /// - Parameter limit: after which the inputs are dropped.
  /// - Throws: ``ClassifierError/overloaded(waiting:limit:)`` where too much waits, ``ClassifierError/tooSlow(limit:)``,
  ///   `CancellationError`, and the first error among the answers.
  package func answers(_ inputs: [Work.Input], within limit: TimeLimit? = nil) async throws -> [Work.Answer] {
    guard !inputs.isEmpty else { return [] }
    let request = BatchRequest<Work.Input, Work.Answer>(inputs, costs: inputs.map(work.estimate))
    let watched = limit.map { limit in
      limit.watch { [waiting, duration = limit.duration] in
        request.finish(.failure(ClassifierError.tooSlow(limit: duration)))
        waiting.remove(request)
      }
    }
    defer { if let watched { limit?.forget(watched) } }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        request.wait(continuation)
        waiting.add(request)
      }
    } onCancel: {
      request.finish(.failure(CancellationError()))
      waiting.remove(request)
    }
  }
}
