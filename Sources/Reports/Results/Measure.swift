/// What a run judges its models by, and chooses them; more is better. The names are those of `Metric` in the module
/// Measurement.
public enum Measure: String, Sendable, Codable, CaseIterable {
  case accuracy
  case f1
  case macroF1 = "f1_macro"
  case microF1 = "f1_micro"
  case matthewsCorrelation = "matthews_correlation"
  case pearson
  case spearman

  /// Whether it compares numbers rather than classes.
  var isOfNumbers: Bool { self == .pearson || self == .spearman }
}
