import Bert
import Compression
import Compute
import FoundationEssentials
import Text
import Training

/// Which layers the fine-tuned model needs, measured on the selection split.
struct AblationStage {
  let backend: CPUBackend
  let data: RunData
  let model: URL
  let modelSums: [String: String]

  func run(_ runner: StageRunner) async throws -> StageRecord<LayerAblation> {
    var inputs = ["selection": data.sums["split/selection.jsonl"] ?? ""]
    for (file, sum) in modelSums { inputs["model/\(file)"] = sum }
    return try await runner.run("ablate", settings: data.maximumLength, inputs: inputs) {
      let selection = try data.selection()
      let packed = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: model), backend: backend)
      runner.progress.begin("ablate", unit: "sentences", total: selection.count)
      defer { runner.progress.end() }
      let ablation = try LayerAblation.measure(packed, on: selection) { runner.progress.advance(to: $0, note: "") }
      return (ablation, [])
    }
  }
}
