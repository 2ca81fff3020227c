/// The life of a queue's thread: takes what waits, prepares it, has it answered.
struct BatchLoop<Work: BatchWork>: Sendable {
  let work: Work
  let waiting: WaitingRequests<Work.Input, Work.Answer>
  let batchCost: Int
  let observer: @Sendable (BatchReport) -> Void

  /// Returns when the queue is let go.
  func run() {
    while let places = waiting.take(batchCost, turn: turn, waits: true) { answer(places) }
  }

  /// A quarter of a batch: requests of many inputs leave room for three others in each.
  private var turn: Int { max(1, batchCost / 4) }

  private func answer(_ first: [(request: BatchRequest<Work.Input, Work.Answer>, index: Int)]) {
    let start = ContinuousClock.now
    var places = first
    var batch: [Work.Prepared] = []
    var cost = 0
    var new = first
    while !new.isEmpty {
      let prepared = work.prepare(new.map { $0.request.inputs[$0.index] })
      cost += prepared.reduce(0) { $0 + work.cost($1) }
      batch += prepared
      // Estimates are high, so there is often room for more.
      guard cost < batchCost, let more = waiting.take(batchCost - cost, turn: turn, waits: false) else { break }
      new = more.filter { !$0.request.hasEnded }
      places += new
    }
    let answers = work.answers(batch)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    // Before the callers know: who asks for figures after an answer finds it counted.
    observer(BatchReport(inputs: batch.count, cost: cost, waitingCost: waiting.cost, seconds: seconds))
    for (place, answer) in zip(places, answers) { place.request.take(answer, for: place.index) }
  }
}
