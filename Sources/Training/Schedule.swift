/// The learning rate over the steps: a linear rise from zero, then a linear fall to zero.
///
/// Step 0 of a schedule with warm-up has rate 0, as in Hugging Face's `get_linear_schedule_with_warmup`.
public struct Schedule: Equatable, Sendable {
  public let peak: Double
  public let warmupSteps: Int
  public let totalSteps: Int

  public init(peak: Double, warmupSteps: Int, totalSteps: Int) {
    self.peak = peak
    self.warmupSteps = warmupSteps
    self.totalSteps = totalSteps
  }

  /// The rate of a step, counted from 0.
  public func rate(at step: Int) -> Double {
    if step < warmupSteps { return peak * Double(step) / Double(max(1, warmupSteps)) }
    return peak * max(0, Double(totalSteps - step) / Double(max(1, totalSteps - warmupSteps)))
  }
}
