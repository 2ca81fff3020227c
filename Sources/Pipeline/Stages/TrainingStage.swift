import Bert
import Compute
import FoundationEssentials
import Text
import Training

/// What a training found.
struct TrainingFindings: Codable, Sendable {
  var history: [EpochRecord]
  var steps: Int
  var sentences: Int
}

/// Trains a model from a directory into a directory: `finetune`, and `refinetune` of each variant.
struct TrainingStage {
  let name: String
  let configuration: TrainingConfiguration
  let gradientCheckpointing: Bool
  let backend: CPUBackend
  let data: RunData
  /// Of the model that it starts from.
  let modelSums: [String: String]
  /// Of the teacher, when the configuration distils.
  let teacher: (directory: URL, sums: [String: String])?
  let labels: [String]
  let target: URL
  let tokenizerSource: URL
  let checkpointSeconds: Double
  /// Makes the model that it starts from.
  let start: () throws -> BertClassifier

  private struct Settings: Encodable {
    var configuration: TrainingConfiguration
    var labels: [String]
    var maximumLength: Int
  }

  func run(_ runner: StageRunner) async throws -> StageRecord<TrainingFindings> {
    var inputs = data.sums
    for (file, sum) in modelSums { inputs["model/\(file)"] = sum }
    for (file, sum) in teacher?.sums ?? [:] { inputs["teacher/\(file)"] = sum }
    let settings = Settings(configuration: configuration, labels: labels, maximumLength: data.maximumLength)
    let key = try Fingerprint.value([try Fingerprint.value(settings), try Fingerprint.value(inputs)])
    // Checkpoints of other settings or inputs lie elsewhere, and are never taken for these.
    let checkpoints = runner.folder.work("checkpoints/\(name)-\(key.prefix(16))")
    let record: StageRecord<TrainingFindings> = try await runner.run(name, settings: settings, inputs: inputs) {
      let train = try data.train()
      let selection = try data.selection()
      let trainer = try Trainer(
        configuration: configuration, backend: backend, gradientCheckpointing: gradientCheckpointing,
        checkpointDirectory: checkpoints, secondsBetweenCheckpoints: checkpointSeconds)
      let result = try trainer.train(
        try start(), on: train, selection: selection, teacher: try loadTeacher(), named: name, runner.progress)
      try runner.folder.makeParent(of: target)
      try result.model.write(to: target, tokenizerSource: tokenizerSource, backend: backend)
      let findings = TrainingFindings(
        history: result.history, steps: result.steps, sentences: train.count)
      return (findings, try ModelFiles.all(target))
    }
    // Not before the record is written: a kill between the two must not cost the training.
    try TrainingCheckpoints(directory: checkpoints).remove()
    return record
  }

  private func loadTeacher() throws -> Teacher? {
    guard configuration.distillation != nil, let teacher else { return nil }
    return Teacher(
      try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: teacher.directory), backend: backend))
  }
}
