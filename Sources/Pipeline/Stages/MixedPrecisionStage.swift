import Bert
import Compression
import Compute
import FoundationEssentials
import Measurement
import Text

/// Stores a variant in the formats that a budget on the selection split allows.
struct MixedPrecisionStage {
  let source: URL
  let sourceSums: [String: String]
  let variant: Variant
  let settings: MixedSettings
  let fourBit: FourBitOptions
  let calibrationSentences: Int
  let backend: CPUBackend
  let data: RunData
  let seed: UInt64

  private struct Settings: Encodable {
    var scheme = QuantizationScheme.mixed
    var settings: MixedSettings
    var clipping: WeightQuantizer.Clipping
    var fourBit: FourBitOptions
    var calibrationSentences: Int
    var seed: UInt64
    var maximumLength: Int
    /// Nil for accuracy.
    var metric: Metric?
  }

  func run(_ runner: StageRunner) async throws -> StageRecord<MixedPrecision> {
    let target = runner.folder.models(variant.name)
    let quantizer = try MixedQuantizer(
      maxDrop: settings.maxDrop, fourBit: fourBit, embeddings: settings.embeddings)
    let identity = Settings(
      settings: settings, clipping: quantizer.quantizer.clipping, fourBit: fourBit,
      calibrationSentences: calibrationSentences, seed: seed, maximumLength: data.maximumLength,
      metric: data.otherMetric)
    var inputs = sourceSums
    for split in ["train", "selection"] { inputs[split] = data.sums["split/\(split).jsonl"] ?? "" }
    return try await runner.run("quantize.\(variant.name)", settings: identity, inputs: inputs) {
      try runner.folder.makeParent(of: target)
      let checkpoint = try Checkpoint(modelDirectory: source)
      let calibration = try measured(checkpoint, runner.progress)
      let selection = try data.selection()
      let sample = try data.selection(count: settings.sentences, seed: seed)
      var bars = SearchProgress(runner.progress, sentences: selection.count, sample: sample.count)
      defer { bars.end() }
      let found = try quantizer.quantize(
        checkpoint, to: target, choosingOn: selection, sample: sample, calibration: calibration,
        metric: data.metric, backend: backend
      ) { bars.show($0) }
      return (found, try ModelFiles.all(target))
    }
  }

  private func measured(_ checkpoint: Checkpoint, _ progress: any ProgressDisplay) throws -> Calibration {
    let text = try data.calibration(count: calibrationSentences, seed: seed)
    progress.begin("calibrate", unit: "sentences", total: text.count)
    defer { progress.end() }
    return try Calibration.measure(checkpoint, on: text, withMoments: true, backend: backend) {
      progress.advance(to: $0, note: "")
    }
  }
}
