#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The mean of `-ln p(true class)`, in nats, from probabilities.
///
/// A probability of the true class below the precision of `Float` counts as that precision, 1.19e-7, so that one sure
/// mistake does not make the figure infinite. Where logits are at hand ``logLoss(logits:labels:classCount:)`` needs no
/// such floor.
///
/// - Parameters:
///   - probabilities: `[N, K]` row by row, each in 0...1.
///   - labels: the true class of each row, `[N]`.
/// - Throws: ``MeasurementError`` for unlike counts, no rows, a label out of range or a value that is no probability.
public func logLoss(probabilities: [Float], labels: [Int], classCount: Int) throws(MeasurementError) -> Double {
  try checkRows(probabilities, labels, classCount)
  var sum = 0.0
  for (row, label) in labels.enumerated() {
    let probability = Double(probabilities[row * classCount + label])
    guard probability >= 0 && probability <= 1 + 1e-6 else {
      throw .invalidValue(what: "probability", row: row, value: probability)
    }
    sum -= log(min(1, max(Double(Float.ulpOfOne), probability)))
  }
  return sum / Double(labels.count)
}

/// The mean of `-ln softmax(logits)[true class]`, in nats: the mean cross entropy.
///
///     ln Σ_k exp(x_k - m) + m - x_label,  m = max_k x_k
///
/// - Parameters:
///   - logits: `[N, K]` row by row.
///   - labels: the true class of each row, `[N]`.
/// - Throws: ``MeasurementError`` for unlike counts, no rows, a label out of range or a logit that is not finite.
public func logLoss(logits: [Float], labels: [Int], classCount: Int) throws(MeasurementError) -> Double {
  try checkRows(logits, labels, classCount)
  var sum = 0.0
  for (row, label) in labels.enumerated() {
    let values = logits[row * classCount..<(row + 1) * classCount].map(Double.init)
    if let bad = values.first(where: { !$0.isFinite }) { throw .invalidValue(what: "logit", row: row, value: bad) }
    let largest = values.max() ?? 0
    sum += log(values.reduce(0) { $0 + exp($1 - largest) }) + largest - values[label]
  }
  return sum / Double(labels.count)
}

func checkRows(_ values: [Float], _ labels: [Int], _ classCount: Int) throws(MeasurementError) {
  guard !labels.isEmpty else { throw .noRows(what: "log loss") }
  guard values.count == labels.count * classCount else {
    throw .countMismatch(what: "log loss", expected: labels.count * classCount, found: values.count)
  }
  if let row = labels.firstIndex(where: { !(0..<classCount).contains($0) }) {
    throw .labelOutOfRange(row: row, label: labels[row], classCount: classCount)
  }
}
