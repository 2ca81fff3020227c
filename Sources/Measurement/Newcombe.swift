extension Interval {
  /// The interval of the difference of two independent proportions, from Wilson's intervals of both.
  ///
  ///     d = p2 - p1
  ///     lower = d - sqrt((p2 - l2)^2 + (u1 - p1)^2)
  ///     upper = d + sqrt((u2 - p2)^2 + (p1 - l1)^2)
  ///
  /// For two models on the same rows it is wider than what the pairing would allow.
  ///
  /// - Parameters:
  ///   - first: successes and rows.
  ///   - second: successes and rows.
  ///   - confidence: strictly between 0 and 1.
  /// - Precondition: both have rows.
  /// - SeeAlso: Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
  ///   Medicine 17, 1998, method 10.
  public static func newcombe(
    first: (successes: Int, count: Int), second: (successes: Int, count: Int), confidence: Double = 0.95
  ) -> Interval {
    precondition(first.count > 0 && second.count > 0, "\(first.count) and \(second.count) rows")
    let p1 = Double(first.successes) / Double(first.count), p2 = Double(second.successes) / Double(second.count)
    let one = wilson(successes: first.successes, count: first.count, confidence: confidence)
    let two = wilson(successes: second.successes, count: second.count, confidence: confidence)
    func length(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
    return Interval(
      lower: p2 - p1 - length(p2 - two.lower, one.upper - p1), upper: p2 - p1 + length(two.upper - p2, p1 - one.lower))
  }
}
