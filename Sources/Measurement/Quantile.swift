/// The quantile of sorted values by linear interpolation between order statistics, type 7 of Hyndman and Fan: the
/// definition of NumPy and R.
///
///     h = (n - 1) p,  quantile = x[floor h] + (h - floor h) (x[floor h + 1] - x[floor h])
///
/// - Parameters:
///   - probability: in 0...1.
///   - sorted: ascending, at least one.
/// - SeeAlso: Hyndman, Fan, "Sample quantiles in statistical packages", The American Statistician 50, 1996.
public func quantile(_ probability: Double, ofSorted sorted: [Double]) -> Double {
  precondition(probability >= 0 && probability <= 1, "probability \(probability)")
  precondition(!sorted.isEmpty, "the quantile of no values")
  let position = Double(sorted.count - 1) * probability
  let below = Int(position)
  guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
  return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
}
