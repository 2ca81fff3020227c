/// What a model says of one text or pair of texts.
public struct Prediction: Equatable, Sendable {
  /// The model's labels, in the order of its logits.
  public let labels: [String]
  /// A score for each of ``labels``: what ``ScoreRule`` makes of the logits.
  public let values: [Double]
  /// Where the highest score stands, the first of equals.
  public let best: Int

  /// - Precondition: `values` has one number for each label, at least one.
  package init(labels: [String], values: [Double], best: Int) {
    precondition(labels.count == values.count, "\(values.count) scores for \(labels.count) labels")
    precondition(labels.indices.contains(best), "label \(best) of \(labels.count)")
    self.labels = labels
    self.values = values
    self.best = best
  }

  /// The label of the highest score.
  public var label: String { labels[best] }

  /// The highest score.
  public var score: Double { values[best] }

  /// The scores by label.
  public var scores: [String: Double] { Dictionary(zip(labels, values)) { first, _ in first } }
}
