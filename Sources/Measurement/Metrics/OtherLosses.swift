#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The mean of squared differences.
///
/// - Throws: ``MeasurementError`` for unlike counts, no rows or an output that is not finite.
public func meanSquaredError(outputs: [Float], targets: [Float]) throws(MeasurementError) -> Double {
  try check(outputs, targets.count, "mean squared error")
  return zip(outputs, targets).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
    / Double(outputs.count)
}

/// The mean over all rows and classes of `-ln` of what was said of the truth, yes or no, in nats.
///
///     max(x, 0) - x t + ln(1 + exp(-|x|))
///
/// - Throws: ``MeasurementError`` for unlike counts, no rows or a logit that is not finite.
public func binaryLogLoss(logits: [Float], targets: [Bool]) throws(MeasurementError) -> Double {
  try check(logits, targets.count, "binary log loss")
  var sum = 0.0
  for (logit, target) in zip(logits, targets) {
    let x = Double(logit)
    sum += max(x, 0) - (target ? x : 0) + log1p(exp(-x.magnitude))
  }
  return sum / Double(logits.count)
}

private func check(_ values: [Float], _ count: Int, _ what: String) throws(MeasurementError) {
  guard values.count == count else { throw .countMismatch(what: what, expected: count, found: values.count) }
  guard !values.isEmpty else { throw .noRows(what: what) }
  if let row = values.firstIndex(where: { !$0.isFinite }) {
    throw .invalidValue(what: what, row: row, value: Double(values[row]))
  }
}
