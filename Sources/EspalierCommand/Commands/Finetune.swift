import ArgumentParser
import Bert
import Compute
import Foundation
import Measurement
import Pipeline
import Text
import Training

struct Finetune: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a classifier on labelled sentences.",
    discussion: "Example: espalier finetune minilm-l6 --data train.tsv --output my-model --learning-rate 1e-4")

  @OptionGroup var model: ModelArgument
  @Option(help: "Labelled sentences: .tsv, .csv or .jsonl, each also as .gz, or - for the standard input.")
  var data: String
  @Option(help: "Labelled sentences that choose the epoch; 5 % of the data where it isn't given.")
  var selection: String?
  @Option(help: "The directory of the trained model.")
  var output: String
  @Option(
    help:
      "The names of the classes, in the order of their numbers; those of --task, or negative,positive, where it isn't given."
  )
  var labels: String?
  @Option(
    help:
      "\(TargetKind.allCases.map(\.rawValue).joined(separator: ", ")); that of --task, or the first, where it isn't given."
  )
  var problemType: TargetKind?
  @OptionGroup var columns: DataOptions
  @OptionGroup var judging: MetricOption
  @Option(help: "Passes over the data.")
  var numTrainEpochs = 3
  @Option(help: "Sentences a step.")
  var trainBatchSize = 32
  @Option(help: "The peak of the schedule.")
  var learningRate = 5e-5
  @Option(help: "What the rate is multiplied by for each layer further from the classifier.")
  var layerwiseLrDecay: Double?
  @Option(help: "Of matrices; none on biases and LayerNorm.")
  var weightDecay = 0.01
  @Option(help: "The share of steps in which the rate rises.")
  var warmupRatio = 0.06
  @Option(help: "The share of each label that is spread over all classes.")
  var labelSmoothingFactor = 0.0
  @Option(help: "The chance of each token to be left out of a step.")
  var wordDropout: Double?
  @Option(help: "Batches a step.")
  var gradientAccumulationSteps = 1
  @Flag(help: "Run each layer again in the backward pass: less memory, more time, the same result.")
  var gradientCheckpointing = false
  @Option(help: "Of everything random.")
  var seed: UInt64 = 42
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var display: DisplayOptions

  func run() async throws {
    let progress = display.progress(ProcessInfo.processInfo.environment)
    let kind = problemType ?? columns.task?.format.kind ?? .singleLabel
    let names = try names(kind)
    let metric = try judging.resolved(columns, kind, classCount: names.count)
    let configuration = TrainingConfiguration(
      numTrainEpochs: numTrainEpochs, trainBatchSize: trainBatchSize,
      gradientAccumulationSteps: gradientAccumulationSteps, learningRate: learningRate,
      layerwiseLrDecay: layerwiseLrDecay, weightDecay: weightDecay,
      warmupRatio: warmupRatio, labelSmoothingFactor: labelSmoothingFactor, wordDropout: wordDropout, seed: seed,
      metricForBestModel: metric == kind.standardMetric ? nil : metric)
    let backend = try compute.backend()
    let target = URL(filePath: output, directoryHint: .isDirectory)
    // Begun and dropped: what can't be written is to be known before the training, not after it.
    _ = try AtomicDirectory(replacing: target, marker: "config.json")
    let trainer = try Trainer(
      configuration: configuration, backend: backend, gradientCheckpointing: gradientCheckpointing)
    let directory = try await model.directory(progress)
    let start = try BertClassifier(
      checkpoint: try Checkpoint(modelDirectory: directory), labels: names, seed: seed, backend: backend)
    let tokenizer = try ModelTokenizer.read(modelDirectory: directory, vocabSize: start.configuration.vocabSize)
    let length = compute.length(start.configuration)
    let (rows, held) = try texts(columns.exampleFormat(kind, labels: names), tokenizer, length)
    progress.begin("finetune", unit: "sentences", total: rows.count * numTrainEpochs)
    let result = try trainer.train(
      start, on: rows, selection: held
    ) { step in
      progress.advance(
        to: Int(Double(rows.count * numTrainEpochs) * Double(step.step) / Double(max(1, step.totalSteps))),
        note: "epoch \(step.epoch + 1), loss \((1000 * step.loss).rounded() / 1000)")
    }
    progress.end()
    try result.model.write(
      to: target, tokenizerSource: directory, backend: backend)
    if display.json { return try Output.json(result.history) }
    for epoch in result.history {
      try Output.line(
        "epoch \(epoch.epoch): training loss \(epoch.trainingLoss)"
          + (epoch.selectionAccuracy.map { ", selection accuracy \($0)" } ?? "")
          + (epoch.selectionScore.map { ", selection \(metric.name) \($0)" } ?? "")
          + (epoch.selectionLoss.map { ", selection loss \($0)" } ?? ""))
    }
    try Output.line(
      "\(output): \(held.count == 0 ? "the last epoch" : "the epoch of the best selection \(metric.name)")")
  }

  private func names(_ kind: TargetKind) throws -> [String] {
    guard let labels else {
      return problemType == nil ? columns.task?.labels ?? ["negative", "positive"] : try unnamed(kind)
    }
    let names = labels.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let fewest = kind == .singleLabel ? 2 : 1
    guard names.count >= fewest, !names.contains(""), Set(names).count == names.count else {
      throw ValidationError(
        "--labels: expected \(fewest == 2 ? "two names" : "one name") or more, each another one, separated by commas")
    }
    guard kind != .regression || names.count == 1 else {
      throw ValidationError("--labels: a regression has one number a row, so expected one name, found \(names.count)")
    }
    return names
  }

  private func unnamed(_ kind: TargetKind) throws -> [String] {
    switch kind {
    case .regression: return ["score"]
    case .singleLabel: return ["negative", "positive"]
    case .multiLabel: throw ValidationError("--problem-type \(kind.rawValue) needs --labels, the names of the classes")
    }
  }

  /// Read row by row, so that they need not fit in memory, but for a stream that something is to be held out of.
  private func texts(
    _ format: ExampleFormat, _ tokenizer: any Tokenizer, _ length: Int
  ) throws -> (train: TokenizedText, selection: TokenizedText) {
    func text(_ path: String) throws -> TokenizedText {
      try TokenizedText(reading: path, format, tokenizer: tokenizer, maximumLength: length)
    }
    if let selection { return (try text(data), try text(selection)) }
    let (held, rest) = try DataSplit.holdOut(0.05, of: try ExampleSource(rereading: data, format), seed: seed)
    func text(_ rows: ExampleSource) throws -> TokenizedText {
      try TokenizedText(
        rows, tokenizer: tokenizer, maximumLength: length, kind: format.kind ?? .singleLabel,
        classCount: format.labels.count)
    }
    return (try text(rest), try text(held))
  }
}
