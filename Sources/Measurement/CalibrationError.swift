#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The expected calibration error: how far the confidence of a classifier lies from its accuracy.
///
///     ECE = Σ_m |B_m| / N * |accuracy(B_m) - confidence(B_m)|
///
/// The confidence of a row is its largest probability; B_m holds the rows whose confidence lies in ((m - 1) / M, m / M].
/// It can't tell where the error lies, shrinks where over- and underconfident rows share a bin, and is biased upwards on
/// few rows: compare it only on the same rows with the same bins.
///
/// - Parameters:
///   - logits: `[N, K]` row by row.
///   - labels: the true class of each row, `[N]`.
///   - bins: M, at least 1.
/// - Throws: ``MeasurementError`` for unlike counts, no rows, a label out of range or a logit that is not finite.
/// - SeeAlso: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", 2017, arXiv:1706.04599, section 2.
public func expectedCalibrationError(
  logits: [Float], labels: [Int], classCount: Int, bins: Int = 15
) throws(MeasurementError) -> Double {
  precondition(bins > 0, "\(bins) bins")
  try checkRows(logits, labels, classCount)
  // Sum of confidence less count of right rows in each bin: its magnitude over N is the bin's share.
  var gaps = [Double](repeating: 0, count: bins)
  for (row, label) in labels.enumerated() {
    let values = logits[row * classCount..<(row + 1) * classCount].map(Double.init)
    if let bad = values.first(where: { !$0.isFinite }) { throw .invalidValue(what: "logit", row: row, value: bad) }
    let predicted = values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    let confidence = 1 / values.reduce(0) { $0 + exp($1 - values[predicted]) }
    let bin = min(bins - 1, max(0, Int((confidence * Double(bins)).rounded(.up)) - 1))
    gaps[bin] += confidence - (predicted == label ? 1 : 0)
  }
  return gaps.reduce(0) { $0 + $1.magnitude } / Double(labels.count)
}
