internal import Bert
internal import Compute
internal import Measurement
internal import Text
internal import Training

extension PrecisionCandidates {
  /// What each part loses in each way of rounding, all others in floats.
  ///
  /// The hidden states before a part are those of the floats, so they are computed once.
  ///
  /// - Parameters:
  ///   - metric: whose drop is told.
  ///   - progress: called with the number of sentences done.
  /// - Complexity: with o ways to round, some 2 o L² evaluations of a layer for each sentence, L layers.
  func sensitivities(
    on data: TokenizedText, metric: Metric, progress: (Int) throws -> Void
  ) throws -> [UnitSensitivity] {
    guard data.count > 0 else { throw TrainingError.emptyData(what: "sensitivity") }
    let classes = floats.configuration.numLabels
    try data.targets.check(outputs: classes)
    let layers = floats.configuration.numHiddenLayers
    var trials = units.flatMap { unit in
      precisions(of: unit).filter { $0 != .floats }.map { precision in
        Trial(unit: unit, precision: precision, model: model([unit.name: precision]))
      }
    }
    var whole: [Float] = []
    for rows in BatchPlan.inOrder(lengths: data.lengths, tokenBudget: Evaluator.tokenBudget) {
      let input = try EncoderInput(data.batch(rows))
      for index in trials.indices where trials[index].unit.layer == nil {
        trials[index].logits += try trials[index].model.logits(input)
      }
      var hidden = try floats.embeddings(input)
      for layer in 0..<layers {
        // What follows the last layer comes with it: of that, only first tokens are asked for.
        let isLast = layer == layers - 1
        for index in trials.indices where trials[index].unit.layer.map({ min($0, layers - 1) }) == layer {
          trials[index].logits += try trials[index].model.logits(of: hidden, from: layer, layout: input.layout)
        }
        if isLast {
          whole += try floats.logits(of: hidden, from: layer, layout: input.layout)
        } else {
          hidden = try floats.layer(layer, hidden, layout: input.layout)
        }
      }
      try progress(whole.count / classes)
    }
    let baseline = Predictions(logits: whole, targets: data.targets, classCount: classes)
    let loss = try baseline.loss()
    let score = try baseline.score(metric)
    return try units.map { unit in
      var options = try trials.filter { $0.unit == unit }.map { trial in
        let predictions = Predictions(logits: trial.logits, targets: data.targets, classCount: classes)
        return UnitSensitivity.Option(
          precision: trial.precision, bytes: bytes(of: unit, trial.precision),
          klDivergence: divergence(from: whole, to: trial.logits, classes: classes, kind: data.targets.kind),
          lossIncrease: try predictions.loss() - loss, accuracyDrop: score - (try predictions.score(metric)))
      }
      options.append(UnitSensitivity.Option(precision: .floats, bytes: bytes(of: unit, .floats), klDivergence: 0))
      return UnitSensitivity(unit: unit.name, options: options)
    }
  }
}

/// A model one part of which is rounded, and what it says.
private struct Trial {
  let unit: QuantizationUnit
  let precision: Precision
  let model: PackedClassifier
  var logits: [Float] = []

  init(unit: QuantizationUnit, precision: Precision, model: PackedClassifier) {
    self.unit = unit
    self.precision = precision
    self.model = model
  }
}
