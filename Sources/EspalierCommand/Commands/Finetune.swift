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
  @Option(help: "A model directory to learn from, beside the labels.")
  var teacher: String?
  @Option(help: "What the teacher's logits and the student's are divided by, so that small probabilities count too.")
  var temperature = DistillationConfiguration().temperature
  @Option(help: "The teacher's share of the loss, 0 to 1; the rest is that of the labels.")
  var alpha = DistillationConfiguration().alpha
  @OptionGroup var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var display: DisplayOptions

  func run() async throws {
    let progress = display.progress(ProcessInfo.processInfo.environment)
    let kind = problemType ?? columns.task?.format.kind ?? .singleLabel
    let names = try names(kind)
    let metric = try judging.resolved(columns, kind, classCount: names.count)
    let standard = TrainingConfiguration(
      distillation: teacher.map { _ in DistillationConfiguration(temperature: temperature, alpha: alpha) })
    let configuration = try training.configuration(standard, metric: metric == kind.standardMetric ? nil : metric)
    let backend = try compute.backend()
    let target = URL(filePath: output, directoryHint: .isDirectory)
    // Begun and dropped: what can't be written is to be known before the training, not after it.
    _ = try AtomicDirectory(replacing: target, marker: "config.json")
    let directory = try await model.directory(progress)
    let start = try BertClassifier(
      checkpoint: try Checkpoint(modelDirectory: directory), labels: names, seed: training.seed, backend: backend)
    let tokenizer = try ModelTokenizer.read(modelDirectory: directory, vocabSize: start.configuration.vocabSize)
    let data = TrainingData(
      train: data, selection: training.selection, format: columns.exampleFormat(kind, labels: names),
      maximumLength: compute.length(start.configuration))
    let teacherDirectory = teacher.map { URL(filePath: $0, directoryHint: .isDirectory) }
    let teacher = try teacherDirectory.map { try Teacher(of: start.configuration, in: $0, backend: backend) }
    let trainer = try Trainer(
      configuration: configuration, backend: backend, gradientCheckpointing: training.gradientCheckpointing,
      checkpointDirectory: try data.checkpoints(
        configuration, models: [directory] + (teacherDirectory.map { [$0] } ?? []), output: target),
      secondsBetweenCheckpoints: training.checkpointSeconds)
    let (rows, held) = try data.texts(tokenizer, seed: training.seed)
    let result = try trainer.train(
      consume start, on: rows, selection: held, teacher: teacher, named: "finetune", progress)
    try result.model.write(to: target, tokenizerSource: directory, backend: backend)
    try trainer.checkpoints?.remove()
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
}

extension Teacher {
  /// - Throws: a `ValidationError` for one that reads other tokens or tells other classes than the student.
  fileprivate init(of student: BertConfiguration, in directory: URL, backend: CPUBackend) throws {
    let model = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: directory), backend: backend)
    for (what, expected, found) in [
      ("a vocabulary", student.vocabSize, model.configuration.vocabSize),
      ("classes", student.numLabels, model.configuration.numLabels),
    ] where expected != found {
      throw ValidationError("--teacher: expected \(what) of \(expected), as the student has, found \(found)")
    }
    self.init(model)
  }
}
