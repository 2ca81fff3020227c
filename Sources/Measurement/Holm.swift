/// Holm's step-down correction of p-values for the number of tests made.
///
///     adjusted(i) = max over j <= i of min(1, (m - j + 1) p(j)),  p(1) <= ... <= p(m)
///
/// An adjusted value below α rejects while the chance of any false rejection among the m stays below α, whatever the
/// dependence of the tests.
///
/// - Returns: the adjusted values in the order of `pValues`.
/// - SeeAlso: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979;
///   R's `p.adjust(p, "holm")`.
public func holmAdjusted(_ pValues: [Double]) -> [Double] {
  var adjusted = pValues
  var largest = 0.0
  for (rank, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
    largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
    adjusted[index] = largest
  }
  return adjusted
}
