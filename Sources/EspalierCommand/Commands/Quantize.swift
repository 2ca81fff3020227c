public import ArgumentParser
import Bert
public import Compression
import Foundation
import Pipeline

struct Quantize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stores a model in fewer bits, for inference in integers.",
    discussion: "Example: espalier quantize my-model --scheme int8-ptq-dynamic --output my-model-int8")

  @OptionGroup var model: ModelArgument
  @Option(
    help: "How: \(QuantizationScheme.allCases.filter { !$0.needsTraining }.map(\.rawValue).joined(separator: ", ")).")
  var scheme: QuantizationScheme
  @Option(help: "How each row's scale is chosen: least-squared-error or largest-magnitude.")
  var clipping: WeightQuantizer.Clipping = .leastSquaredError
  @Option(help: "For int4: how many columns share a scale, 32, 64 or 128; it must divide the model's widths.")
  var groupSize = FourBitOptions().group
  @Flag(help: "For int4: a zero point for each group.")
  var asymmetric = false
  @Option(help: "For int4: how embeddings are stored, int8 or int4.")
  var embeddings = FourBitOptions().embeddings
  @Option(help: "The directory of the quantised model; that of the model and the scheme's name where it isn't given.")
  var output: String?
  @OptionGroup var display: DisplayOptions

  private struct Outcome: Encodable {
    var output: String
    var scheme: String
    var sizeBytes: Int
    var sourceSizeBytes: Int
  }

  func run() async throws {
    guard !scheme.needsTraining else { throw CompressionError.needsTraining(scheme: scheme.rawValue) }
    let directory = try await model.directory(display.progress(ProcessInfo.processInfo.environment))
    let target = output ?? standardOutput
    let url = URL(filePath: target, directoryHint: .isDirectory)
    let quantizer = ModelQuantizer(
      scheme: scheme, quantizer: WeightQuantizer(clipping: clipping),
      fourBit: FourBitOptions(group: groupSize, isSymmetric: !asymmetric, embeddings: embeddings))
    try quantizer.quantize(try Checkpoint(modelDirectory: directory), to: url)
    let outcome = Outcome(
      output: target, scheme: scheme.rawValue, sizeBytes: ModelFiles.bytes(url),
      sourceSizeBytes: ModelFiles.bytes(directory))
    if display.json { return try Output.json(outcome) }
    try Output.line(
      "\(target): \(scheme.rawValue), \(outcome.sizeBytes) bytes needed for inference, of \(outcome.sourceSizeBytes)")
  }

  func validate() throws {
    guard [32, 64, 128].contains(groupSize) else {
      throw ValidationError("--group-size: expected 32, 64 or 128, found \(groupSize)")
    }
  }

  /// Beside the model where it is a directory; in the working directory where it was fetched.
  private var standardOutput: String {
    var path = model.model
    while path.hasSuffix("/"), path.count > 1 { path.removeLast() }
    let isLocal = FileManager.default.fileExists(atPath: path)
    let name = isLocal ? path : path.split(separator: "/").last.map(String.init) ?? path
    return "\(name)-\(scheme.rawValue)"
  }
}

extension QuantizationScheme: ExpressibleByArgument {}
extension WeightQuantizer.Clipping: ExpressibleByArgument {}
extension FourBitOptions.Embeddings: ExpressibleByArgument {}
