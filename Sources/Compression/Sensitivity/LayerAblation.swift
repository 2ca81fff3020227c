public import Bert
internal import Compute
internal import Measurement
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
  /// Of the whole model on the split.
  public let accuracy: Double
  public let loss: Double
  public let sentences: Int
  /// In the order of the layers.
  public let layers: [LayerSensitivity]

  /// Measures on `data`, which must be held out of training, and must not be what the final figures come from.
  ///
  /// - Parameter progress: called with the number of sentences done.
  public static func measure(
    _ model: PackedClassifier, on data: TokenizedText, progress: (Int) throws -> Void = { _ in }
  ) throws -> LayerAblation {
    guard data.count > 0 else { throw TrainingError.emptyData(what: "ablation") }
    let layerCount = model.configuration.numHiddenLayers
    let classes = model.configuration.numLabels
    for label in data.labels where label < 0 || Int(label) >= classes {
      throw TrainingError.labelOutOfRange(label: Int(label), classCount: classes)
    }
    var whole: [Float] = []
    var ablated = [[Float]](repeating: [], count: layerCount)
    for rows in BatchPlan.inOrder(
      lengths: data.encodings.map(\.ids.count), tokenBudget: Evaluator.tokenBudget)
    {
      let input = try EncoderInput(data.batch(rows))
      var hidden = try model.embeddings(input)
      for layer in 0..<layerCount {
        ablated[layer] += try model.logits(of: hidden, from: layer + 1, layout: input.layout)
        hidden = try model.layer(layer, hidden, layout: input.layout)
      }
      whole += try model.logits(of: hidden, from: layerCount, layout: input.layout)
      try progress(whole.count / classes)
    }
    let baseline = Predictions(logits: whole, labels: data.labels, classCount: classes)
    let accuracy = baseline.accuracy
    let loss = try baseline.loss()
    let layers = try ablated.enumerated().map { index, logits in
      let predictions = Predictions(logits: logits, labels: data.labels, classCount: classes)
      return LayerSensitivity(
        layer: index, accuracyDrop: accuracy - predictions.accuracy, lossIncrease: try predictions.loss() - loss,
        klDivergence: divergence(from: whole, to: logits, classes: classes))
    }
    return LayerAblation(accuracy: accuracy, loss: loss, sentences: data.count, layers: layers)
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
  /// Accuracy of the whole model less that without the layer.
  public let accuracyDrop: Double
  /// Mean cross entropy without the layer less that of the whole model, in nats.
  public let lossIncrease: Double
  /// The mean Kullback-Leibler divergence of the prediction without the layer from the whole model's, in nats.
  public let klDivergence: Double
}

/// Σ p (log p - log q) with p, q the softmax of each row, averaged over rows.
func divergence(from whole: [Float], to other: [Float], classes: Int) -> Double {
  var total = 0.0
  for start in stride(from: 0, to: whole.count, by: classes) {
    let p = logSoftmax(whole[start..<start + classes])
    let q = logSoftmax(other[start..<start + classes])
    for (lp, lq) in zip(p, q) { total += exp(lp) * (lp - lq) }
  }
  return total / Double(max(1, whole.count / classes))
}

private func logSoftmax(_ x: ArraySlice<Float>) -> [Double] {
  let largest = Double(x.max() ?? 0)
  let logSum = largest + log(x.reduce(0) { $0 + exp(Double($1) - largest) })
  return x.map { Double($0) - logSum }
}
