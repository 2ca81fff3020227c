public import Bert
public import Measurement

/// How a model is trained. Names are those of Hugging Face's `TrainingArguments`.
public struct TrainingConfiguration: Equatable, Sendable, Codable {
  public var numTrainEpochs: Int
  public var trainBatchSize: Int
  /// Batches whose gradients are averaged before each step.
  public var gradientAccumulationSteps: Int
  /// The peak of the schedule.
  public var learningRate: Double
  /// What the rate is multiplied by for each layer further from the classifier, as in ELECTRA's `layerwise_lr_decay`:
  /// general features change less than those near the task. Nil for one rate.
  public var layerwiseLrDecay: Double?
  /// Decoupled; none on biases and LayerNorm.
  public var weightDecay: Double
  /// The share of steps in which the rate rises from zero.
  public var warmupRatio: Double
  /// The largest norm of all gradients together; 0 for no clipping.
  public var maxGradNorm: Double
  public var labelSmoothingFactor: Double
  /// The chance of each token between `[CLS]` and `[SEP]` to be left out of a step. Nil for none.
  ///
  /// - SeeAlso: Iyyer et al., "Deep unordered composition rivals syntactic methods for text classification", ACL 2015,
  ///   section 3.1.
  public var wordDropout: Double?
  /// Whether the dropout that the model's configuration asks for happens. Nil for yes.
  public var dropout: Bool?
  public var adamBeta1: Double
  public var adamBeta2: Double
  public var adamEpsilon: Double
  /// Of batch order, dropout and new parameters.
  public var seed: UInt64
  /// Whether the epoch that is best on the selection split is kept, rather than the last.
  public var loadBestModelAtEnd: Bool
  /// What is best there; nil for the standard metric of the task, which is accuracy for one class a row.
  public var metricForBestModel: Metric?
  /// Learn from a teacher's logits too.
  public var distillation: DistillationConfiguration?
  /// Quantisation-aware training: what the model rounds in its forward passes, those of its evaluations too. Nil for
  /// nothing.
  public var fakeQuantization: FakeQuantization?

  public init(
    numTrainEpochs: Int = 3, trainBatchSize: Int = 32, gradientAccumulationSteps: Int = 1,
    learningRate: Double = 5e-5, layerwiseLrDecay: Double? = nil, weightDecay: Double = 0.01,
    warmupRatio: Double = 0.06, maxGradNorm: Double = 1,
    labelSmoothingFactor: Double = 0, wordDropout: Double? = nil, dropout: Bool? = nil,
    adamBeta1: Double = 0.9, adamBeta2: Double = 0.999, adamEpsilon: Double = 1e-8,
    seed: UInt64 = 42, loadBestModelAtEnd: Bool = true, metricForBestModel: Metric? = nil,
    distillation: DistillationConfiguration? = nil,
    fakeQuantization: FakeQuantization? = nil
  ) {
    self.numTrainEpochs = numTrainEpochs
    self.trainBatchSize = trainBatchSize
    self.gradientAccumulationSteps = gradientAccumulationSteps
    self.learningRate = learningRate
    self.layerwiseLrDecay = layerwiseLrDecay
    self.weightDecay = weightDecay
    self.warmupRatio = warmupRatio
    self.maxGradNorm = maxGradNorm
    self.labelSmoothingFactor = labelSmoothingFactor
    self.wordDropout = wordDropout
    self.dropout = dropout
    self.adamBeta1 = adamBeta1
    self.adamBeta2 = adamBeta2
    self.adamEpsilon = adamEpsilon
    self.seed = seed
    self.loadBestModelAtEnd = loadBestModelAtEnd
    self.metricForBestModel = metricForBestModel
    self.distillation = distillation
    self.fakeQuantization = fakeQuantization
  }

  /// What a training to be rounded has where nothing is said: it starts where another training ended, and has to say what
  /// that model said. Dropout would be noise beside a rounding error that is smaller.
  public static let quantizationAware = TrainingConfiguration(
    numTrainEpochs: 1, learningRate: 5e-6, dropout: false,
    distillation: DistillationConfiguration(temperature: 2, alpha: 1))

  /// - Throws: ``TrainingError/setting(name:expected:found:)`` for a value that makes no sense.
  public func validate() throws(TrainingError) {
    func require(_ holds: Bool, _ name: String, _ expected: String, _ found: some Any) throws(TrainingError) {
      if !holds { throw .setting(name: name, expected: expected, found: "\(found)") }
    }
    // Bounded above so that counts of steps and sentences cannot overflow.
    let counts = 1...1_000_000
    for (name, count) in [
      ("num_train_epochs", numTrainEpochs), ("train_batch_size", trainBatchSize),
      ("gradient_accumulation_steps", gradientAccumulationSteps),
    ] {
      try require(counts.contains(count), name, "a number from 1 to 1000000", count)
    }
    try require(learningRate > 0 && learningRate < 1, "learning_rate", "a number between 0 and 1", learningRate)
    if let layerwiseLrDecay {
      try require(
        layerwiseLrDecay > 0 && layerwiseLrDecay <= 1, "layerwise_lr_decay", "a number above 0, to 1", layerwiseLrDecay)
    }
    try require(weightDecay >= 0 && weightDecay < 1, "weight_decay", "a number from 0 to below 1", weightDecay)
    try require((0...1).contains(warmupRatio), "warmup_ratio", "a number from 0 to 1", warmupRatio)
    try require(maxGradNorm >= 0 && maxGradNorm.isFinite, "max_grad_norm", "a number of at least 0", maxGradNorm)
    try require(
      (0..<1).contains(labelSmoothingFactor), "label_smoothing_factor", "a number from 0 to below 1",
      labelSmoothingFactor)
    if let wordDropout {
      try require((0..<1).contains(wordDropout), "word_dropout", "a number from 0 to below 1", wordDropout)
    }
    // Adam divides by 1 - beta and by epsilon.
    try require((0..<1).contains(adamBeta1), "adam_beta1", "a number from 0 to below 1", adamBeta1)
    try require((0..<1).contains(adamBeta2), "adam_beta2", "a number from 0 to below 1", adamBeta2)
    try require(adamEpsilon > 0 && adamEpsilon < 1, "adam_epsilon", "a number between 0 and 1", adamEpsilon)
    if let distillation {
      try require(
        distillation.temperature > 0 && distillation.temperature.isFinite, "temperature", "a positive number",
        distillation.temperature)
      try require(
        (0...1).contains(distillation.alpha), "alpha", "a number from 0 to 1", distillation.alpha)
    }
    if let fakeQuantization {
      for case .int4(let groupSize)? in [fakeQuantization.weights, fakeQuantization.embeddings] {
        try require((2...65536).contains(groupSize), "group_size", "a number from 2 to 65536", groupSize)
      }
      if case .perTensor(let decay) = fakeQuantization.activations {
        try require((0..<1).contains(decay), "decay", "a number from 0 to below 1", decay)
      }
    }
  }
}

/// Learning from a teacher (Hinton, Vinyals, Dean, 2015, arXiv:1503.02531).
public struct DistillationConfiguration: Equatable, Sendable, Codable {
  /// Both distributions are softened by it.
  public var temperature: Double
  /// The share of the distillation loss; the rest is that of the labels.
  public var alpha: Double

  public init(temperature: Double = 2, alpha: Double = 0.5) {
    self.temperature = temperature
    self.alpha = alpha
  }
}
