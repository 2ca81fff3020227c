/// Something that can be checked and timed on a workload, again and again in one process.
public protocol Contestant {
  /// What was computed: logits, or the losses of `runs` steps.
  func check(_ workload: String, runs: Int) throws -> [Double]
  /// One run.
  func run(_ workload: String) throws
}

extension Contestant {
  /// - Parameters:
  ///   - peak: the GFLOP/s that the machine has to give now; nil where nobody can tell.
  ///   - emptyCaches: called before each run of a request that wants them cold.
  func reply(to request: RoundRequest, peak: () -> Double?, emptyCaches: () -> Void) throws -> RoundReply {
    switch request.operation {
    case .check:
      let values = try check(request.workload, runs: request.runs)
      guard values.allSatisfy(\.isFinite) else { throw ServingError.notFinite(workload: request.workload) }
      return RoundReply(values: values)
    case .time:
      for _ in 0..<(request.untimed ?? 0) { try run(request.workload) }
      return RoundReply(
        seconds: try seconds(request.workload, runs: request.runs, most: request.most ?? .infinity) {
          if request.cold == true { emptyCaches() }
        })
    case .peak:
      return RoundReply(values: (0..<request.runs).compactMap { _ in peak() })
    }
  }

  /// The time that each of `runs` runs takes; of fewer, but at least one, where they take more than `most` seconds.
  ///
  /// - Parameter prepare: called before each run, not timed.
  public func seconds(
    _ workload: String, runs: Int, most: Double = .infinity, prepare: () -> Void = {}
  ) throws -> [Double] {
    var seconds: [Double] = []
    let first = ContinuousClock.now
    for _ in 0..<runs {
      prepare()
      let start = ContinuousClock.now
      try run(workload)
      let end = ContinuousClock.now
      seconds.append((end - start) / .seconds(1))
      if (end - first) / .seconds(1) > most { break }
    }
    return seconds
  }
}
