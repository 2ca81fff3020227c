public import ArgumentParser
import Bert
import Foundation
public import ONNX
import Pipeline

struct Export: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a classifier as a graph that other programs run.",
    discussion: "Example: espalier export my-model --format onnx --output my-model-onnx")

  /// What a graph is written in.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case onnx
  }

  @OptionGroup var model: ModelArgument
  @Option(help: "onnx, for ONNX Runtime and transformers.js.")
  var format: Format = .onnx
  @Option(
    help:
      "fp32, fp16, int8 or int4; the last two of a model that espalier quantize made. Where it isn't given, as the model is stored."
  )
  var precision: ONNXPrecision?
  @Option(help: "The directory to write; one that holds this model already gets the graph beside it.")
  var output: String
  @OptionGroup var display: DisplayOptions

  private struct Outcome: Encodable {
    var file: String
    var precision: String
    /// Of the graph, with what stands beside it.
    var sizeBytes: Int
  }

  func run() async throws {
    let directory = try await model.directory(display.progress(ProcessInfo.processInfo.environment))
    let checkpoint = try Checkpoint(modelDirectory: directory)
    let precision = precision ?? ONNXPrecision(of: checkpoint)
    let exporter = ONNXExporter(checkpoint, precision: precision, producerVersion: Espalier.version)
    let written = try exporter.write(to: URL(filePath: output, directoryHint: .isDirectory))
    let outcome = Outcome(
      file: written.path(percentEncoded: false), precision: precision.rawValue, sizeBytes: ONNXExporter.bytes(written))
    if display.json { return try Output.json(outcome) }
    try Output.line("\(outcome.file): \(outcome.precision), \(outcome.sizeBytes) bytes")
  }
}

extension ONNXPrecision: ExpressibleByArgument {}
