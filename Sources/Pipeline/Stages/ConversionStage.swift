import Bert
import Compute
import FoundationEssentials

/// Stores a variant in another number format.
struct ConversionStage {
  let source: URL
  let sourceSums: [String: String]
  let variant: Variant
  let precision: StoredPrecision
  let backend: CPUBackend

  private struct Nothing: Codable, Sendable {}

  func run(_ runner: StageRunner) async throws -> [String: String] {
    let target = runner.folder.models(variant.name)
    let record: StageRecord<Nothing> = try await runner.run(
      "convert.\(variant.name)", settings: precision.rawValue, inputs: sourceSums
    ) {
      let model = try BertClassifier(checkpoint: try Checkpoint(modelDirectory: source), seed: 0, backend: backend)
      try runner.folder.makeParent(of: target)
      try model.write(to: target, precision: precision, tokenizerSource: source, backend: backend)
      return (Nothing(), try ModelFiles.all(target))
    }
    return record.outputs
  }
}
