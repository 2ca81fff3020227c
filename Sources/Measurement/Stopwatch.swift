/// Seconds since its making, by the monotonic clock.
public struct Stopwatch: Sendable {
  private let start: ContinuousClock.Instant

  public init() { start = ContinuousClock.now }

  public var seconds: Double {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  /// The time that `work` takes, beside its result.
  public static func time<Result, Failure: Error>(
    _ work: () throws(Failure) -> Result
  ) throws(Failure) -> (seconds: Double, result: Result) {
    let watch = Stopwatch()
    let result = try work()
    return (watch.seconds, result)
  }
}
