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
    let quantizer = ModelQuantizer(scheme: scheme, quantizer: WeightQuantizer(clipping: clipping))
    try quantizer.quantize(try Checkpoint(modelDirectory: directory), to: url)
    let outcome = Outcome(
      output: target, scheme: scheme.rawValue, sizeBytes: ModelFiles.bytes(url),
      sourceSizeBytes: ModelFiles.bytes(directory))
    if display.json { return try Output.json(outcome) }
    try Output.line(
      "\(target): \(scheme.rawValue), \(outcome.sizeBytes) bytes needed for inference, of \(outcome.sourceSizeBytes)")
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
