import ArgumentParser
import Bert
import Compute
import Foundation
import Pipeline
import Text
import Training

struct Finetune: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a classifier on labelled sentences.",
    discussion: "Example: espalier finetune minilm-l6 --data train.tsv --output my-model --learning-rate 1e-4")

  @OptionGroup var model: ModelArgument
  @Option(help: "Labelled sentences, .tsv or .jsonl.")
  var data: String
  @Option(help: "Labelled sentences that choose the epoch; 5 % of the data where it isn't given.")
  var selection: String?
  @Option(help: "The directory of the trained model.")
  var output: String
  @Option(help: "The names of the classes, in the order of their numbers.")
  var labels = "negative,positive"
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
    let names = labels.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.count >= 2, !names.contains(""), Set(names).count == names.count else {
      throw ValidationError("--labels: expected two names or more, each another one, separated by commas")
    }
    let configuration = TrainingConfiguration(
      numTrainEpochs: numTrainEpochs, trainBatchSize: trainBatchSize,
      gradientAccumulationSteps: gradientAccumulationSteps, learningRate: learningRate,
      layerwiseLrDecay: layerwiseLrDecay, weightDecay: weightDecay,
      warmupRatio: warmupRatio, labelSmoothingFactor: labelSmoothingFactor, wordDropout: wordDropout, seed: seed)
    let backend = try compute.backend()
    let target = URL(filePath: output, directoryHint: .isDirectory)
    // Begun and dropped: what can't be written is to be known before the training, not after it.
    _ = try AtomicDirectory(replacing: target, marker: "config.json")
    let trainer = try Trainer(
      configuration: configuration, backend: backend, gradientCheckpointing: gradientCheckpointing)
    let directory = try await model.directory(progress)
    let start = try BertClassifier(
      checkpoint: try Checkpoint(modelDirectory: directory), labels: names, seed: seed, backend: backend)
    let (train, held) = try sentences(classCount: names.count)
    let tokenizer = try ModelTokenizer.read(modelDirectory: directory, vocabSize: start.configuration.vocabSize)
    let length = compute.length(start.configuration)
    let rows = TokenizedText(train, tokenizer: tokenizer, maximumLength: length)
    progress.begin("finetune", unit: "sentences", total: rows.count * numTrainEpochs)
    let result = try trainer.train(
      start, on: rows, selection: TokenizedText(held, tokenizer: tokenizer, maximumLength: length)
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
          + (epoch.selectionLoss.map { ", selection loss \($0)" } ?? ""))
    }
    try Output.line("\(output): \(held.isEmpty ? "the last epoch" : "the epoch of the best selection accuracy")")
  }

  private func sentences(classCount: Int) throws -> (train: [LabelledSentence], selection: [LabelledSentence]) {
    let all = try LabelledText.read(URL(filePath: data), classCount: classCount)
    if let selection { return (all, try LabelledText.read(URL(filePath: selection), classCount: classCount)) }
    let (held, rest) = DataSplit.holdOut(0.05, of: all, seed: seed)
    return (rest, held)
  }
}
