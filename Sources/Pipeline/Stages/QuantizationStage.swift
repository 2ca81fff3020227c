import Bert
import Compression
import FoundationEssentials

/// Stores a variant in fewer bits, without training or calibration.
struct QuantizationStage {
  let source: URL
  let sourceSums: [String: String]
  let variant: Variant
  let scheme: QuantizationScheme

  private struct Nothing: Codable, Sendable {}

  private struct Settings: Encodable {
    var scheme: QuantizationScheme
    var clipping: WeightQuantizer.Clipping
    /// Of four bits; nil for other schemes.
    var fourBit: FourBitOptions?
  }

  func run(_ runner: StageRunner) async throws -> [String: String] {
    let target = runner.folder.models(variant.name)
    let quantizer = ModelQuantizer(scheme: scheme)
    let settings = Settings(
      scheme: scheme, clipping: quantizer.quantizer.clipping, fourBit: scheme == .int4 ? quantizer.fourBit : nil)
    let record: StageRecord<Nothing> = try await runner.run(
      "quantize.\(variant.name)", settings: settings, inputs: sourceSums
    ) {
      try runner.folder.makeParent(of: target)
      try quantizer.quantize(try Checkpoint(modelDirectory: source), to: target)
      return (Nothing(), try ModelFiles.all(target))
    }
    return record.outputs
  }
}
