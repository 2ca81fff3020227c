import Bert
import Compute
import FoundationEssentials
import Training

/// What each variant says of a second split that is reported on, such as the other genres of MNLI. It follows the evaluation
/// and chooses nothing.
struct OtherDevStage {
  /// Of the split.
  let name: String
  let sum: String
  let variants: [MadeVariant]
  let data: RunData
  let backend: CPUBackend

  private struct Settings: Encodable {
    var maximumLength: Int
    var variants: [String]
  }

  /// - Returns: in the order of the variants.
  func run(_ runner: StageRunner) async throws -> StageRecord<[Predictions]> {
    let settings = Settings(maximumLength: data.maximumLength, variants: variants.map(\.variant.name))
    return try await runner.run("predict.\(name)", settings: settings, inputs: variants.inputs(devSum: sum)) {
      let text = try data.reported(name)
      runner.progress.begin(name, unit: "models", total: variants.count)
      defer { runner.progress.end() }
      var said: [Predictions] = []
      var files: [URL] = []
      for (index, entry) in variants.enumerated() {
        let checkpoint = try Checkpoint(modelDirectory: runner.folder.models(entry.variant.name))
        said.append(
          try Evaluator.predictions(try PackedClassifier(checkpoint: checkpoint, backend: backend), text))
        files.append(try PredictionFile.write(said[index], of: "\(name)/\(entry.variant.name)", runner.folder))
        runner.progress.advance(to: index + 1, note: entry.variant.name)
      }
      return (said, files)
    }
  }
}
