public import Bert
internal import Compute
public import Measurement
public import Text
internal import Training

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much a classifier needs each of its layers: each alone is made the identity, and the whole split is classified.
///
/// The hidden states before a layer are the same with and without it, so they are computed once: L + L (L - 1) / 2 layer
/// evaluations instead of the L (L - 1) + L of doing each ablation from the start.
public struct LayerAblation: Equatable, Sendable, Codable {
  /// By which it was judged; nil for accuracy.
  public let metric: Metric?
  /// Of the whole model on the split, or what it has in ``metric``.
  public let accuracy: Double
  public let loss: Double
  public let sentences: Int
  /// In the order of the layers.
  public let layers: [LayerSensitivity]

  /// Measures on `data`, which must be held out of training, and must not be what the final figures come from.
  ///
  /// - Parameters:
  ///   - metric: nil for the standard one of the task, accuracy where a row has one class.
  ///   - progress: called with the number of sentences done.
  public static func measure(
    _ model: PackedClassifier, on data: TokenizedText, metric: Metric? = nil,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> LayerAblation {
    guard data.count > 0 else { throw TrainingError.emptyData(what: "ablation") }
    let layerCount = model.configuration.numHiddenLayers
    let classes = model.configuration.numLabels
    try data.targets.check(outputs: classes)
    var whole: [Float] = []
    var ablated = [[Float]](repeating: [], count: layerCount)
    for rows in BatchPlan.inOrder(
      lengths: data.lengths, tokenBudget: Evaluator.tokenBudget)
    {
      let input = try EncoderInput(data.batch(rows))
      var hidden = try model.embeddings(input)
      for layer in 0..<layerCount {
        ablated[layer] += try model.logits(of: hidden, from: layer + 1, layout: input.layout)
        // Of the last layer, only first tokens are asked for.
        if layer == layerCount - 1 {
          whole += try model.logits(of: hidden, from: layer, layout: input.layout)
        } else {
          hidden = try model.layer(layer, hidden, layout: input.layout)
        }
      }
      try progress(whole.count / classes)
    }
    let baseline = Predictions(logits: whole, targets: data.targets, classCount: classes)
    let metric = metric ?? data.targets.kind.standardMetric
    let accuracy = try baseline.score(metric)
    let loss = try baseline.loss()
    let layers = try ablated.enumerated().map { index, logits in
      let predictions = Predictions(logits: logits, targets: data.targets, classCount: classes)
      return LayerSensitivity(
        layer: index, accuracyDrop: accuracy - (try predictions.score(metric)),
        lossIncrease: try predictions.loss() - loss,
        klDivergence: divergence(from: whole, to: logits, classes: classes, kind: data.targets.kind))
    }
    return LayerAblation(
      metric: metric == .accuracy ? nil : metric, accuracy: accuracy, loss: loss, sentences: data.count, layers: layers)
  }

  /// The layers from the least to the most needed: by accuracy drop, ties by loss increase, then by index.
  public var leastSensitiveFirst: [Int] {
    layers.sorted {
      ($0.accuracyDrop, $0.lossIncrease, $0.layer) < ($1.accuracyDrop, $1.lossIncrease, $1.layer)
    }.map(\.layer)
  }
}

/// What a split loses without one layer.
public struct LayerSensitivity: Equatable, Sendable, Codable {
  public let layer: Int
  /// Accuracy, or the metric of the task, of the whole model less that without the layer.
  public let accuracyDrop: Double
  /// The loss without the layer less that of the whole model: mean cross entropy in nats, or the squared error of numbers.
  public let lossIncrease: Double
  /// The mean Kullback-Leibler divergence of the prediction without the layer from the whole model's, in nats; numbers
  /// count as means of normal distributions of variance 1.
  public let klDivergence: Double
}

/// The mean over the rows of the Kullback-Leibler divergence of what one model says from what another does.
///
/// - One class a row: Σ p (log p - log q) with p, q the softmax of the row.
/// - Several classes: the sum of that of each yes or no.
/// - A number: (a - b)² / 2, that of normal distributions of variance 1.
func divergence(from whole: [Float], to other: [Float], classes: Int, kind: TargetKind = .singleLabel) -> Double {
  var total = 0.0
  switch kind {
  case .singleLabel:
    for start in stride(from: 0, to: whole.count, by: classes) {
      let p = logSoftmax(whole[start..<start + classes])
      let q = logSoftmax(other[start..<start + classes])
      for (lp, lq) in zip(p, q) { total += exp(lp) * (lp - lq) }
    }
  case .multiLabel:
    for (a, b) in zip(whole, other) {
      // A yes or no is a choice between this logit and one of 0.
      let p = logSoftmax([a, 0]), q = logSoftmax([b, 0])
      for (lp, lq) in zip(p, q) { total += exp(lp) * (lp - lq) }
    }
  case .regression:
    for (a, b) in zip(whole, other) { total += (Double(a) - Double(b)) * (Double(a) - Double(b)) / 2 }
  }
  return total / Double(max(1, whole.count / classes))
}

private func logSoftmax(_ x: ArraySlice<Float>) -> [Double] {
  let largest = Double(x.max() ?? 0)
  let logSum = largest + log(x.reduce(0) { $0 + exp(Double($1) - largest) })
  return x.map { Double($0) - logSum }
}
