import ArgumentParser
import Bert
import Compression
import Compute
import Foundation
import Measurement
import Pipeline
import Text
import Training

extension Quantize {
  /// Trains the model for its rounding, with itself in floats as the teacher, and writes its integers: what the recipe's
  /// stages do.
  ///
  /// - Returns: nil where nothing was held out of the training.
  func trained(
    _ source: Checkpoint, to directory: URL, _ progress: any ProgressDisplay
  ) throws -> QuantizationTrainingFindings? {
    guard source.configuration.quantization == nil else { throw BertError.alreadyQuantized(path: source.path) }
    try source.validate(requireClassifier: true)
    try scheme.checkWidths(of: source.configuration, path: source.path)
    let kind = source.configuration.targetKind
    let metric = try judging.resolved(columns, source.configuration)
    var configuration = try training.configuration(
      .quantizationAware, metric: metric == kind.standardMetric ? nil : metric)
    configuration.fakeQuantization = scheme.fakeQuantization(reducesRange: reduceRange)
    let backend = try compute.backend()
    // Begun and dropped: what can't be written is to be known before the training, not after it.
    _ = try AtomicDirectory(replacing: directory, marker: "config.json")
    let data = TrainingData(
      train: labelled.train ?? labelled.file,
      selection: labelled.train == nil ? training.selection : labelled.file,
      format: labelled.format(columns, source.configuration), maximumLength: compute.length(source.configuration))
    let trainer = try Trainer(
      configuration: configuration, backend: backend, gradientCheckpointing: training.gradientCheckpointing,
      checkpointDirectory: try data.checkpoints(configuration, models: [source.directory], output: directory),
      secondsBetweenCheckpoints: training.checkpointSeconds)
    let tokenizer = try ModelTokenizer.read(
      modelDirectory: source.directory, vocabSize: source.configuration.vocabSize)
    let (rows, held) = try data.texts(tokenizer, seed: training.seed)
    let model = try trainer.train(
      try BertClassifier(
        checkpoint: source, labels: source.configuration.id2label, seed: training.seed, backend: backend),
      on: rows, selection: held, teacher: Teacher(try PackedClassifier(checkpoint: source, backend: backend)),
      named: scheme.rawValue, progress
    ).model
    try ModelQuantizer(
      scheme: scheme, quantizer: WeightQuantizer(clipping: clipping, reducesRange: reduceRange)
    ).quantize(model, to: directory, tokenizerSource: source.directory, backend: backend)
    try trainer.checkpoints?.remove()
    guard held.count > 0 else { return nil }
    return try QuantizationTrainingFindings(
      of: model, integers: directory, on: held, metric: metric, backend: backend)
  }

  /// What became of the training.
  func show(_ found: QuantizationTrainingFindings, _ metric: Metric) throws {
    let agreement = found.agreement.map { ", the same answer on \((1e4 * $0).rounded() / 100) %" } ?? ""
    try Output.line(
      "\(metric.name) \(rounded(found.fakeQuantizedAccuracy)) as trained, \(rounded(found.convertedAccuracy)) in integers"
        + "\(agreement), on \(found.sentences) sentences that were not trained on")
  }
}
