import Bert
import Compression
import Compute
import FoundationEssentials
import Text

/// Stores a variant in fewer bits, without training; calibrated on training sentences where the scheme asks for it.
struct QuantizationStage {
  let source: URL
  let sourceSums: [String: String]
  let variant: Variant
  let quantizer: ModelQuantizer
  /// For schemes that are calibrated.
  let calibration: CalibrationSettings
  let backend: CPUBackend
  let data: RunData
  let seed: UInt64

  private struct Findings: Codable, Sendable {
    /// By the names of the inputs; nil where nothing was calibrated.
    var inputs: [String: InputRange]?
  }

  private struct CalibrationIdentity: Encodable {
    var ranges: RangeChoice
    var smoothing: Double?
    var sentences: Int
    var seed: UInt64
    var maximumLength: Int
  }

  private struct Settings: Encodable {
    var scheme: QuantizationScheme
    var clipping: WeightQuantizer.Clipping
    /// Nil for no.
    var reduceRange: Bool?
    /// Of four bits; nil for other schemes.
    var fourBit: FourBitOptions?
    /// Nil for schemes without.
    var calibration: CalibrationIdentity?
  }

  private var scheme: QuantizationScheme { quantizer.scheme }

  /// In a run there are sentences to calibrate by, so whatever gains by them is.
  private var isCalibrated: Bool { scheme.needsCalibration || scheme.gainsByMoments }

  func run(_ runner: StageRunner) async throws -> [String: String] {
    let target = runner.folder.models(variant.name)
    let weights = quantizer.quantizer
    let settings = Settings(
      scheme: scheme, clipping: weights.clipping, reduceRange: weights.reducesRange ? true : nil,
      fourBit: scheme == .int4 ? quantizer.fourBit : nil,
      calibration: isCalibrated
        ? CalibrationIdentity(
          ranges: quantizer.ranges, smoothing: calibration.smoothing, sentences: calibration.sentences, seed: seed,
          maximumLength: data.maximumLength) : nil)
    var inputs = sourceSums
    if isCalibrated { inputs["train"] = data.sums["split/train.jsonl"] ?? "" }
    let record: StageRecord<Findings> = try await runner.run(
      "quantize.\(variant.name)", settings: settings, inputs: inputs
    ) {
      try runner.folder.makeParent(of: target)
      let checkpoint = try Checkpoint(modelDirectory: source)
      let calibration = isCalibrated ? try measured(checkpoint, runner.progress) : nil
      let inputs = try quantizer.quantize(checkpoint, to: target, calibration: calibration)
      return (Findings(inputs: inputs), try ModelFiles.all(target))
    }
    return record.outputs
  }

  private func measured(_ checkpoint: Checkpoint, _ progress: any ProgressDisplay) throws -> Calibration {
    let text = try data.calibration(count: calibration.sentences, seed: seed)
    progress.begin("calibrate", unit: "sentences", total: text.count)
    defer { progress.end() }
    return try Calibration.measure(
      checkpoint, on: text, smoothing: calibration.smoothing, withMoments: scheme.gainsByMoments, backend: backend
    ) { progress.advance(to: $0, note: "") }
  }
}
