/// Accuracies and differences as the tables print them.
enum AccuracyText {
  static func accuracy(_ value: Double?, of variant: VariantResult, _ words: some TableWords) -> String {
    if variant.hasRandomWeights { return words.randomWeights }
    return value.map { NumberText.fixed($0, 4) } ?? NumberText.missing
  }

  static func figure(_ value: Double?, _ decimals: Int, of variant: VariantResult) -> String {
    if variant.hasRandomWeights { return NumberText.missing }
    return value.map { NumberText.fixed($0, decimals) } ?? NumberText.missing
  }

  /// "0.9110–0.9450"
  static func interval(_ bounds: Bounds?, of variant: VariantResult) -> String {
    guard let bounds, !variant.hasRandomWeights else { return NumberText.missing }
    return "\(NumberText.fixed(bounds.lower, 4))–\(NumberText.fixed(bounds.upper, 4))"
  }

  /// Of the test against the baseline, corrected where it was.
  static func pValue(of variant: VariantResult) -> String {
    if variant.role == .baseline { return "—" }
    if variant.hasRandomWeights { return NumberText.missing }
    return (variant.pValueHolm ?? variant.pValue).map(NumberText.pValue) ?? NumberText.missing
  }

  /// "−1.15 [−2.57, +0.27]", in percentage points.
  static func difference(of variant: VariantResult) -> String {
    if variant.role == .baseline { return "—" }
    guard let difference = variant.difference, !variant.hasRandomWeights else { return NumberText.missing }
    guard let bounds = variant.differenceInterval else { return NumberText.points(difference) }
    return "\(NumberText.points(difference)) [\(NumberText.points(bounds.lower)), \(NumberText.points(bounds.upper))]"
  }
}
