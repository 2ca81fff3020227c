import Bert
import Compression
import Compute
import FoundationEssentials
import Measurement
import Text
import Training

/// Which layers the fine-tuned model needs, measured on the selection split.
struct AblationStage {
  let backend: CPUBackend
  let data: RunData
  let model: URL
  let modelSums: [String: String]

  /// Accuracy is not stated, so that runs by it are as they always were.
  private struct Settings: Encodable {
    let maximumLength: Int
    let metric: Metric?

    private enum CodingKeys: CodingKey { case maximumLength, metric }

    func encode(to encoder: any Encoder) throws {
      guard let metric else {
        var value = encoder.singleValueContainer()
        return try value.encode(maximumLength)
      }
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(maximumLength, forKey: .maximumLength)
      try values.encode(metric, forKey: .metric)
    }
  }

  func run(_ runner: StageRunner) async throws -> StageRecord<LayerAblation> {
    var inputs = ["selection": data.sums["split/selection.jsonl"] ?? ""]
    for (file, sum) in modelSums { inputs["model/\(file)"] = sum }
    let settings = Settings(maximumLength: data.maximumLength, metric: data.otherMetric)
    return try await runner.run("ablate", settings: settings, inputs: inputs) {
      let selection = try data.selection()
      let packed = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: model), backend: backend)
      runner.progress.begin("ablate", unit: "sentences", total: selection.count)
      defer { runner.progress.end() }
      let ablation = try LayerAblation.measure(packed, on: selection, metric: data.metric) {
        runner.progress.advance(to: $0, note: "")
      }
      return (ablation, [])
    }
  }
}
