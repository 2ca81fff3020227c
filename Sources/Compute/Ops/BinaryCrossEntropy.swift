#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Tape {
  /// The mean over all rows and classes of the cross entropy of a yes or no, the loss of classes that exclude nothing.
  ///
  ///     loss = -1/(B K) Σ_bk t_bk log σ(x_bk) + (1 - t_bk) log (1 - σ(x_bk))
  ///
  /// - Parameters:
  ///   - logits: x, `[B, K]`.
  ///   - targets: t, as many, row by row, each in 0...1.
  /// - Returns: a scalar `[1]`.
  /// - Throws: ``TensorError/countMismatch(op:expected:found:)``.
  /// - SeeAlso: `torch.nn.BCEWithLogitsLoss`.
  public mutating func binaryCrossEntropy(_ logits: Variable, targets: [Float]) throws(TensorError) -> Variable {
    guard targets.count == logits.shape.count else {
      throw .countMismatch(op: "binaryCrossEntropy", expected: logits.shape.count, found: targets.count)
    }
    let (loss, gradient) = binaryLoss(
      logits: try backend.doubles(logits.tensor), targets: targets.map(Double.init))
    return try scalarLoss(logits, loss: loss, gradient: gradient)
  }

  /// The mean over all rows and classes of the Kullback-Leibler divergence of a yes or no from a teacher's, softened.
  ///
  ///     loss = τ²/(B K) Σ_bk p log (p / q) + (1 - p) log ((1 - p) / (1 - q)),  p = σ(teacher / τ), q = σ(logits / τ)
  ///
  /// - SeeAlso: ``distillation(_:teacher:temperature:)``, the same of classes that exclude each other.
  public mutating func binaryDistillation(
    _ logits: Variable, teacher: [Float], temperature: Double
  ) throws(TensorError) -> Variable {
    guard teacher.count == logits.shape.count else {
      throw .countMismatch(op: "binaryDistillation", expected: logits.shape.count, found: teacher.count)
    }
    let said = teacher.map { Double($0) / temperature }
    let targets = said.map { 1 / (1 + exp(-$0)) }
    let softened = try backend.doubles(logits.tensor).map { $0 / temperature }
    var (loss, gradient) = binaryLoss(logits: softened, targets: targets)
    // What is left where both say the same: the entropy of the teacher.
    loss -= binaryLoss(logits: said, targets: targets).loss
    loss *= temperature * temperature
    gradient = gradient.map { $0 * temperature }  // τ² from the factor, 1/τ from the softening
    return try scalarLoss(logits, loss: loss, gradient: gradient)
  }
}

/// 1/n Σ max(x, 0) - x t + log(1 + exp(-|x|)), which never overflows, and its gradient in x: (σ(x) - t) / n.
private func binaryLoss(logits: [Double], targets: [Double]) -> (loss: Double, gradient: [Double]) {
  let count = Double(max(1, logits.count))
  var loss = 0.0
  for (x, t) in zip(logits, targets) { loss += max(x, 0) - x * t + log1p(exp(-x.magnitude)) }
  return (loss / count, zip(logits, targets).map { (1 / (1 + exp(-$0)) - $1) / count })
}
