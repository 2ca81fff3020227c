public import ArgumentParser
public import Bert
import Foundation
import Pipeline

struct Convert: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stores a model in another number format.",
    discussion: "Example: espalier convert my-model --precision f16 --output my-model-fp16")

  @OptionGroup var model: ModelArgument
  @Option(help: "f32 or f16.")
  var precision: StoredPrecision = .f16
  @Option(help: "The directory of the converted model.")
  var output: String
  @OptionGroup var display: DisplayOptions

  private struct Outcome: Encodable {
    var output: String
    var precision: String
    var sizeBytes: Int
  }

  func run() async throws {
    let directory = try await model.directory(display.progress(ProcessInfo.processInfo.environment))
    let backend = try ComputeOptions.defaultBackend()
    let classifier = try BertClassifier(
      checkpoint: try Checkpoint(modelDirectory: directory), seed: 0, backend: backend)
    let target = URL(filePath: output, directoryHint: .isDirectory)
    try classifier.write(to: target, precision: precision, tokenizerSource: directory, backend: backend)
    let bytes = ModelFiles.bytes(target)
    if display.json {
      return try Output.json(Outcome(output: output, precision: precision.rawValue, sizeBytes: bytes))
    }
    try Output.line("\(output): \(precision.rawValue), \(bytes) bytes needed for inference")
  }
}

extension StoredPrecision: ExpressibleByArgument {}
