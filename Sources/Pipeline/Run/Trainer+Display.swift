package import Bert
package import Text
package import Training

extension Trainer {
  /// Trains as ``train(_:on:selection:teacher:progress:)`` does, and shows it.
  package func train(
    _ model: consuming BertClassifier, on data: TokenizedText, selection: TokenizedText?, teacher: Teacher?,
    named name: String,
    _ display: any ProgressDisplay
  ) throws -> TrainingResult {
    if let step = checkpoints?.latestStep { display.message("\(name): goes on from step \(step)") }
    let total = data.count * configuration.numTrainEpochs
    display.begin(name, unit: "sentences", total: total)
    defer { display.end() }
    return try train(model, on: data, selection: selection, teacher: teacher) { step in
      display.advance(
        to: Int(Double(total) * min(1, Double(step.step) / Double(max(1, step.totalSteps)))),
        note: "epoch \(step.epoch + 1), loss \((1000 * step.loss).rounded() / 1000)")
    }
  }
}
