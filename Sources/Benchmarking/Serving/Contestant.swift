/// Something that can be checked and timed on a workload, again and again in one process.
public protocol Contestant {
  /// What was computed: logits, or the losses of `runs` steps.
  func check(_ workload: String, runs: Int) throws -> [Double]
  /// One run.
  func run(_ workload: String) throws
}

extension Contestant {
  /// - Parameter peak: the GFLOP/s that the machine has to give now; nil where nobody can tell.
  public func reply(to request: RoundRequest, peak: () -> Double? = { nil }) throws -> RoundReply {
    switch request.operation {
    case .check:
      let values = try check(request.workload, runs: request.runs)
      guard values.allSatisfy(\.isFinite) else { throw ServingError.notFinite(workload: request.workload) }
      return RoundReply(values: values)
    case .time:
      for _ in 0..<(request.untimed ?? 0) { try run(request.workload) }
      return RoundReply(
        seconds: try seconds(
          request.workload, runs: request.runs, most: request.most ?? .infinity, cold: request.cold ?? false))
    case .peak:
      return RoundReply(values: (0..<request.runs).compactMap { _ in peak() })
    }
  }

  /// The time that each of `runs` runs takes; of fewer, but at least one, where they take more than `most` seconds.
  ///
  /// - Parameter cold: whether caches are emptied before each run, which isn't timed.
  public func seconds(
    _ workload: String, runs: Int, most: Double = .infinity, cold: Bool = false
  ) throws -> [Double] {
    let sweep = cold ? CacheSweep() : nil
    var seconds: [Double] = []
    let first = ContinuousClock.now
    for _ in 0..<runs {
      sweep?.run()
      let start = ContinuousClock.now
      try run(workload)
      let end = ContinuousClock.now
      seconds.append((end - start) / .seconds(1))
      if (end - first) / .seconds(1) > most { break }
    }
    return seconds
  }
}
