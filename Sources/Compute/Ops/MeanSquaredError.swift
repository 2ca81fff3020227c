extension Tape {
  /// The mean of squared differences, the loss of a regression.
  ///
  ///     loss = 1/n Σ_i (y_i - t_i)²
  ///
  /// - Parameters:
  ///   - outputs: y, `[B, K]`; K is 1 for one number a row.
  ///   - targets: t, as many, row by row.
  /// - Returns: a scalar `[1]`.
  /// - Throws: ``TensorError/countMismatch(op:expected:found:)``.
  /// - SeeAlso: `torch.nn.MSELoss`.
  public mutating func meanSquaredError(_ outputs: Variable, targets: [Float]) throws(TensorError) -> Variable {
    guard targets.count == outputs.shape.count else {
      throw .countMismatch(op: "meanSquaredError", expected: outputs.shape.count, found: targets.count)
    }
    let differences = zip(try backend.doubles(outputs.tensor), targets).map { $0 - Double($1) }
    let count = Double(max(1, differences.count))
    return try scalarLoss(
      outputs, loss: differences.reduce(0) { $0 + $1 * $1 } / count, gradient: differences.map { 2 * $0 / count })
  }
}
