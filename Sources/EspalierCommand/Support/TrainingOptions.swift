import ArgumentParser
import Measurement
import Training

/// How a model is trained, in the names of ``TrainingConfiguration``. What isn't given is as the command has it.
struct TrainingOptions: ParsableArguments {
  private static let standard = TrainingConfiguration()
  private static let rounded = TrainingConfiguration.quantizationAware

  @Option(help: "Labelled sentences that choose the epoch; 5 % of the data where it isn't given.")
  var selection: String?
  @Option(
    help:
      "Passes over the data; \(Self.standard.numTrainEpochs) where it isn't given, \(Self.rounded.numTrainEpochs) for a training to be rounded."
  )
  var numTrainEpochs: Int?
  @Option(help: "Sentences a step; \(Self.standard.trainBatchSize) where it isn't given.")
  var trainBatchSize: Int?
  @Option(
    help:
      "The peak of the schedule; \(Self.standard.learningRate) where it isn't given, \(Self.rounded.learningRate) for a training to be rounded."
  )
  var learningRate: Double?
  @Option(help: "What the rate is multiplied by for each layer further from the classifier.")
  var layerwiseLrDecay: Double?
  @Option(help: "Of matrices; none on biases and LayerNorm; \(Self.standard.weightDecay) where it isn't given.")
  var weightDecay: Double?
  @Option(help: "The share of steps in which the rate rises; \(Self.standard.warmupRatio) where it isn't given.")
  var warmupRatio: Double?
  @Option(help: "The share of each label that is spread over all classes.")
  var labelSmoothingFactor: Double?
  @Option(help: "The chance of each token to be left out of a step.")
  var wordDropout: Double?
  @Option(help: "Batches a step; \(Self.standard.gradientAccumulationSteps) where it isn't given.")
  var gradientAccumulationSteps: Int?
  @Flag(help: "Run each layer again in the backward pass: less memory, more time, the same result.")
  var gradientCheckpointing = false
  @Option(help: "Of everything random.")
  var seed: UInt64 = 42
  @Option(
    help:
      "Between checkpoints, which lie beside the output until the training is done: the same command goes on from them."
  )
  var checkpointSeconds = 60.0

  /// - Parameter metric: nil for the standard one of the task.
  /// - Throws: ``TrainingError`` for a value that makes no sense.
  func configuration(_ standard: TrainingConfiguration, metric: Metric?) throws(TrainingError) -> TrainingConfiguration
  {
    var configuration = standard
    configuration.numTrainEpochs = numTrainEpochs ?? standard.numTrainEpochs
    configuration.trainBatchSize = trainBatchSize ?? standard.trainBatchSize
    configuration.gradientAccumulationSteps = gradientAccumulationSteps ?? standard.gradientAccumulationSteps
    configuration.learningRate = learningRate ?? standard.learningRate
    configuration.layerwiseLrDecay = layerwiseLrDecay
    configuration.weightDecay = weightDecay ?? standard.weightDecay
    configuration.warmupRatio = warmupRatio ?? standard.warmupRatio
    configuration.labelSmoothingFactor = labelSmoothingFactor ?? standard.labelSmoothingFactor
    configuration.wordDropout = wordDropout
    configuration.seed = seed
    configuration.metricForBestModel = metric
    try configuration.validate()
    return configuration
  }
}
