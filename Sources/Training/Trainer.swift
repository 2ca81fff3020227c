public import Bert
public import Compute
public import FoundationEssentials
public import Measurement
public import Text

/// Trains a classifier: the one loop that touches labels.
///
/// Batches lie end to end without padding. Everything random is a function of the seed and the step, so a training that
/// was killed and resumed from its checkpoint ends with the same bits as one that was not.
public struct Trainer: Sendable {
  public let configuration: TrainingConfiguration
  public let backend: CPUBackend
  /// Keep each layer's input alone, and run the layer again in the backward pass: less memory for about a third more
  /// time, and the same bits.
  public let gradientCheckpointing: Bool
  /// Where checkpoints go; nil for none.
  public let checkpoints: TrainingCheckpoints?

  public init(
    configuration: TrainingConfiguration, backend: CPUBackend, gradientCheckpointing: Bool = false,
    checkpointDirectory: URL? = nil, secondsBetweenCheckpoints: Double = 60
  ) throws(TrainingError) {
    try configuration.validate()
    self.configuration = configuration
    self.backend = backend
    self.gradientCheckpointing = gradientCheckpointing
    checkpoints = checkpointDirectory.map {
      TrainingCheckpoints(directory: $0, secondsBetween: secondsBetweenCheckpoints)
    }
  }

  /// Trains `model` on `data`, from the latest checkpoint if there is one.
  ///
  /// With fake quantisation, selection accuracies are those of the rounded model.
  ///
  /// - Parameters:
  ///   - model: a caller that doesn't hold it any longer spares the memory of its weights.
  ///   - selection: held out of `data`; evaluated after each epoch, and what the best epoch is chosen by.
  ///   - teacher: whom to learn from, when the configuration distils.
  ///   - progress: called after each step.
  /// - Throws: ``TrainingError``, or whatever `progress` throws, which ends the training.
  public func train(
    _ model: consuming BertClassifier, on data: TokenizedText, selection: TokenizedText?, teacher: Teacher? = nil,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult {
    try check(model, data, teacher)
    model.fakeQuantization = configuration.fakeQuantization
    model.setProblemType(data.targets.kind)
    let batchesPerEpoch = (data.count + configuration.trainBatchSize - 1) / configuration.trainBatchSize
    let stepsPerEpoch =
      (batchesPerEpoch + configuration.gradientAccumulationSteps - 1) / configuration.gradientAccumulationSteps
    let totalSteps = stepsPerEpoch * configuration.numTrainEpochs
    let schedule = Schedule(
      peak: configuration.learningRate, warmupSteps: Int((configuration.warmupRatio * Double(totalSteps)).rounded()),
      totalSteps: totalSteps)
    var state = try begin(model)
    var lastCheckpoint = ContinuousClock.now
    while state.epoch < configuration.numTrainEpochs {
      let batches = BatchPlan.shuffled(
        count: data.count, batchSize: configuration.trainBatchSize, seed: configuration.seed, epoch: state.epoch)
      while state.stepInEpoch < stepsPerEpoch {
        let first = state.stepInEpoch * configuration.gradientAccumulationSteps
        let last = min(batches.count, first + configuration.gradientAccumulationSteps)
        let loss = try step(
          &state, batches[first..<last].map(data.batch), firstBatch: first + state.epoch * batchesPerEpoch,
          teacher, rate: schedule.rate(at: state.optimizer.step))
        state.stepInEpoch += 1
        state.epochLoss += loss
        try progress(
          TrainingProgress(
            step: state.optimizer.step, totalSteps: totalSteps, epoch: state.epoch, loss: loss,
            sentences: batches[first..<last].reduce(0) { $0 + $1.count }))
        if let checkpoints, lastCheckpoint.duration(to: .now) > .seconds(checkpoints.secondsBetween) {
          try checkpoints.save(&state, configuration: configuration, backend: backend)
          lastCheckpoint = .now
        }
      }
      try finishEpoch(&state, selection, steps: stepsPerEpoch)
      if let checkpoints, state.epoch < configuration.numTrainEpochs {
        try checkpoints.save(&state, configuration: configuration, backend: backend)
        lastCheckpoint = .now
      }
    }
    var trained = state.model
    if configuration.loadBestModelAtEnd, let best = state.best {
      trained.parameters = try best.parameters(like: trained.parameters, backend: backend)
      trained.activationRanges = best.activationRanges
    }
    return TrainingResult(model: trained, history: state.history, steps: state.optimizer.step)
  }

  /// The latest checkpoint, or the start.
  private func begin(_ model: consuming BertClassifier) throws -> TrainingState {
    if let state = try checkpoints?.latest(configuration, like: model, backend: backend) { return state }
    let optimizer = try AdamW(configuration, for: model.parameters, backend: backend)
    return TrainingState(model: model, optimizer: optimizer)
  }

  private func check(_ model: borrowing BertClassifier, _ data: TokenizedText, _ teacher: Teacher?) throws {
    guard data.count > 0 else { throw TrainingError.emptyData(what: "training") }
    try data.targets.check(outputs: model.configuration.numLabels)
    guard metric(data).judges(data.targets.kind, classCount: model.configuration.numLabels) else {
      throw TrainingError.setting(
        name: "metric_for_best_model", expected: "a metric of \(data.targets.kind.rawValue)",
        found: metric(data).rawValue)
    }
    guard data.targets.kind == .singleLabel || configuration.labelSmoothingFactor == 0 else {
      throw TrainingError.setting(
        name: "label_smoothing_factor", expected: "0, for there are no classes that exclude each other",
        found: "\(configuration.labelSmoothingFactor)")
    }
    if configuration.distillation != nil, teacher == nil {
      throw TrainingError.setting(name: "distillation", expected: "a teacher", found: "none")
    }
  }

  /// One step of the optimiser on one or more batches. Returns the mean loss.
  private func step(
    _ state: inout TrainingState, _ batches: [RaggedBatch], firstBatch: Int, _ teacher: Teacher?, rate: Double
  ) throws -> Double {
    var gradients = Gradients()
    var loss = 0.0
    let decay = configuration.fakeQuantization?.rangeDecay
    for (index, batch) in batches.enumerated() {
      let number = UInt64(firstBatch + index)
      let batch =
        configuration.wordDropout.map { batch.droppingTokens($0, seed: configuration.seed, step: number) } ?? batch
      let random = configuration.dropout == false ? nil : RandomStream(seed: configuration.seed, step: number)
      var tape = Tape(backend: backend, random: random, isObserving: decay != nil)
      let logits = try state.model.logits(
        try EncoderInput(batch), on: &tape, recomputesLayers: gradientCheckpointing)
      if let decay { state.model.activationRanges.update(tape.observations, decay: decay) }
      let value = try batchLoss(logits, batch, teacher, on: &tape)
      loss += Double(try backend.read(value.tensor)[0])
      let more = try tape.backward(from: value)
      if index == 0 { gradients = more } else { try gradients.add(more, on: backend) }
    }
    loss /= Double(batches.count)
    guard loss.isFinite else { throw TrainingError.diverged(step: state.optimizer.step, loss: loss) }
    let norm = try state.optimizer.update(
      &state.model.parameters, gradients: gradients, batches: batches.count, learningRate: rate, backend: backend)
    // A gradient can overflow where the loss does not, and the last step has no next loss to show it.
    guard norm.isFinite else { throw TrainingError.diverged(step: state.optimizer.step - 1, loss: norm) }
    return loss
  }

  private func batchLoss(
    _ logits: Variable, _ batch: RaggedBatch, _ teacher: Teacher?, on tape: inout Tape
  ) throws -> Variable {
    let hard =
      switch batch.targets {
      case .labels(let labels):
        try tape.crossEntropy(logits, labels: labels, smoothing: configuration.labelSmoothingFactor)
      case .numbers(let numbers): try tape.meanSquaredError(logits, targets: numbers)
      case .labelSets(let sets, _): try tape.binaryCrossEntropy(logits, targets: sets.map { $0 ? 1 : 0 })
      }
    guard let distillation = configuration.distillation, let teacher else { return hard }
    let said = try teacher(batch)
    guard said.count == logits.shape.count else {
      throw TrainingError.setting(
        name: "distillation", expected: "\(logits.shape.count) teacher logits", found: "\(said.count)")
    }
    let soft =
      switch batch.targets {
      case .labels: try tape.distillation(logits, teacher: said, temperature: distillation.temperature)
      case .numbers: try tape.meanSquaredError(logits, targets: said)
      case .labelSets: try tape.binaryDistillation(logits, teacher: said, temperature: distillation.temperature)
      }
    return try tape.add(
      try tape.scale(hard, by: Float(1 - distillation.alpha)), try tape.scale(soft, by: Float(distillation.alpha)))
  }

  private func metric(_ data: TokenizedText) -> Metric {
    configuration.metricForBestModel ?? data.targets.kind.standardMetric
  }

  private func finishEpoch(_ state: inout TrainingState, _ selection: TokenizedText?, steps: Int) throws {
    var record = EpochRecord(
      epoch: state.epoch + 1, trainingLoss: state.epochLoss / Double(max(1, steps)), selectionAccuracy: nil,
      selectionLoss: nil)
    if let selection, selection.count > 0 {
      let predictions =
        if configuration.fakeQuantization == nil {
          try Evaluator.predictions(try PackedClassifier(state.model, backend: backend), selection)
        } else {
          try Evaluator.predictions(try FakeQuantizedClassifier(state.model, backend: backend), selection)
        }
      let metric = metric(selection)
      let score = try predictions.score(metric)
      if metric != .accuracy { (record.selectionMetric, record.selectionScore) = (metric, score) }
      if selection.targets.kind != .regression { record.selectionAccuracy = predictions.accuracy }
      record.selectionLoss = try predictions.loss()
      let bestBefore = state.history.compactMap(\.judgement).max() ?? -.infinity
      // Of two equal epochs the earlier one stays.
      if score > bestBefore {
        state.best = BestEpoch(
          weights: .inMemory(state.model.parameters), activationRanges: state.model.activationRanges)
      }
    }
    state.history.append(record)
    state.epoch += 1
    state.stepInEpoch = 0
    state.epochLoss = 0
  }
}

/// Where a training stands.
public struct TrainingProgress: Sendable {
  /// Steps taken, this one included.
  public let step: Int
  public let totalSteps: Int
  public let epoch: Int
  public let loss: Double
  /// Sentences in this step.
  public let sentences: Int
}

/// What an epoch gave.
public struct EpochRecord: Equatable, Sendable, Codable {
  /// From 1.
  public var epoch: Int
  /// The mean over the epoch's steps, with dropout.
  public var trainingLoss: Double
  public var selectionAccuracy: Double?
  public var selectionLoss: Double?
  /// By which the best epoch is chosen; nil for accuracy.
  public var selectionMetric: Metric?
  /// Of ``selectionMetric``.
  public var selectionScore: Double?

  /// What epochs are compared by.
  var judgement: Double? { selectionMetric == nil ? selectionAccuracy : selectionScore }
}

public struct TrainingResult: Sendable {
  /// With the fake quantisation that it was trained with, and its ranges: see ``BertClassifier/quantizedParameters(on:)``.
  public let model: BertClassifier
  public let history: [EpochRecord]
  public let steps: Int
}

/// Everything that the rest of a training depends on.
struct TrainingState: Sendable {
  var model: BertClassifier
  var optimizer: AdamW
  var epoch = 0
  var stepInEpoch = 0
  /// The sum of this epoch's losses so far.
  var epochLoss = 0.0
  var history: [EpochRecord] = []
  /// Of the best epoch so far.
  var best: BestEpoch?
}

/// What a model was after an epoch.
struct BestEpoch: Sendable {
  enum Weights: Sendable {
    case inMemory(ParameterStore)
    /// In the latest checkpoint.
    case stored(ParameterFile)
  }

  var weights: Weights
  var activationRanges: ActivationRanges

  func parameters(like present: ParameterStore, backend: any Backend) throws -> ParameterStore {
    switch weights {
    case .inMemory(let parameters): parameters
    case .stored(let file): try file.read(like: present, backend: backend)
    }
  }
}
