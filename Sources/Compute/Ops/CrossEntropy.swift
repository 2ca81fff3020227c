internal import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Tape {
  /// The mean over B examples of the cross entropy of a class, with label smoothing.
  ///
  ///     loss = -1/B Σ_b Σ_k t_bk log softmax(logits_b)_k,  t_bk = (1 - smoothing) [k = label_b] + smoothing / K
  ///
  /// - Parameters:
  ///   - logits: `[B, K]`.
  ///   - labels: `[B]`, each in 0..<K.
  /// - Returns: a scalar `[1]`.
  /// - Throws: ``TensorError/indexOutOfRange(op:index:bound:)`` for a label outside 0..<K.
  /// - SeeAlso: Szegedy et al., 2016, arXiv:1512.00567, section 7, for smoothing.
  public mutating func crossEntropy(
    _ logits: Variable, labels: [Int32], smoothing: Double = 0
  ) throws(TensorError) -> Variable {
    let classes = logits.shape.last
    try check("crossEntropy", logits.shape, is: [labels.count, classes])
    for label in labels where label < 0 || Int(label) >= classes {
      throw .indexOutOfRange(op: "crossEntropy", index: Int(label), bound: classes)
    }
    var targets = [Double](repeating: smoothing / Double(classes), count: logits.shape.count)
    for (row, label) in labels.enumerated() { targets[row * classes + Int(label)] += 1 - smoothing }
    let (loss, gradient) = softmaxLoss(
      logits: try backend.doubles(logits.tensor), targets: targets, classes: classes)
    return try scalarLoss(logits, loss: loss, gradient: gradient)
  }

  /// The mean over B examples of the Kullback-Leibler divergence from a teacher's softened distribution.
  ///
  ///     loss = τ²/B Σ_b Σ_k p_bk (log p_bk - log q_bk),  p = softmax(teacher / τ), q = softmax(logits / τ)
  ///
  /// τ² keeps the gradient's size independent of the temperature.
  ///
  /// - SeeAlso: Hinton, Vinyals, Dean, 2015, arXiv:1503.02531.
  public mutating func distillation(
    _ logits: Variable, teacher: [Float], temperature: Double
  ) throws(TensorError) -> Variable {
    let classes = logits.shape.last
    guard teacher.count == logits.shape.count else {
      throw .countMismatch(op: "distillation", expected: logits.shape.count, found: teacher.count)
    }
    let targets = softmaxRows(teacher.map { Double($0) / temperature }, columns: classes)
    let softened = try backend.doubles(logits.tensor).map { $0 / temperature }
    var (loss, gradient) = softmaxLoss(logits: softened, targets: targets, classes: classes)
    let rows = Double(max(1, teacher.count / classes))
    loss += targets.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) } / rows
    loss *= temperature * temperature
    gradient = gradient.map { $0 * temperature }  // τ² from the factor, 1/τ from the softening
    return try scalarLoss(logits, loss: loss, gradient: gradient)
  }
}

/// The softmax of each row.
func softmaxRows(_ x: [Double], columns: Int) -> [Double] {
  var y = x
  for start in stride(from: 0, to: x.count, by: max(1, columns)) {
    let row = start..<start + columns
    let largest = x[row].max() ?? 0
    for i in row { y[i] = exp(x[i] - largest) }
    let sum = y[row].reduce(0, +)
    for i in row { y[i] /= sum }
  }
  return y
}

/// -1/B Σ t log softmax(x), whose rows of targets each sum to one, and its gradient in x: (softmax(x) - t) / B.
private func softmaxLoss(logits: [Double], targets: [Double], classes: Int) -> (Double, [Double]) {
  let rows = Double(max(1, logits.count / max(1, classes)))
  let probabilities = softmaxRows(logits, columns: classes)
  var loss = 0.0
  for start in stride(from: 0, to: logits.count, by: max(1, classes)) {
    let row = start..<start + classes
    let largest = logits[row].max() ?? 0
    let logSum = largest + log(logits[row].reduce(0) { $0 + exp($1 - largest) })
    for i in row { loss += targets[i] * (logSum - logits[i]) }
  }
  return (loss / rows, zip(probabilities, targets).map { ($0 - $1) / rows })
}
