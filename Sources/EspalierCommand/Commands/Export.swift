public import ArgumentParser
import Bert
import Compression
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
      "fp32, fp16, int8 or int4; as the model is stored where it isn't given. A model in floats is rounded as 'espalier quantize' does it without calibration."
  )
  var precision: ONNXPrecision?
  @Option(
    help:
      "The directory to write, that of the model and the format's name where it isn't given. One that holds this model already gets the graph beside what is there."
  )
  var output: String?
  @Option(help: "Beyond so many bytes the tensors go into a file beside the graph, model.onnx_data; at most 2 GB.")
  var largestGraph = ONNXExporter.largestGraph
  @OptionGroup var display: DisplayOptions

  private struct Outcome: Encodable {
    var file: String
    var precision: String
    /// Of the graph, with what stands beside it.
    var sizeBytes: Int
  }

  func validate() throws {
    guard (1...ONNXExporter.largestGraph).contains(largestGraph) else {
      throw ValidationError("--largest-graph: expected 1 to \(ONNXExporter.largestGraph), found \(largestGraph)")
    }
  }

  func run() async throws {
    let directory = try await model.directory(display.progress(ProcessInfo.processInfo.environment))
    let source = try Checkpoint(modelDirectory: directory)
    let precision = precision ?? ONNXPrecision(of: source)
    let target = URL(filePath: output ?? model.name + "-\(format.rawValue)", directoryHint: .isDirectory)
    // What is in the way is to be known before anything is rounded.
    try ONNXExporter.place(for: source.configuration, precision, in: target)
    let scratch = FileManager.default.temporaryDirectory.appending(path: "espalier-export-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let checkpoint = try Self.rounded(source, to: precision, scratch)
    let written = try ONNXExporter(
      checkpoint, precision: precision, producerVersion: Espalier.version, largestGraph: largestGraph
    ).write(to: target)
    let outcome = Outcome(
      file: written.path(percentEncoded: false), precision: precision.rawValue, sizeBytes: ONNXExporter.bytes(written))
    if display.json { return try Output.json(outcome) }
    try Output.line("\(outcome.file): \(outcome.precision), \(outcome.sizeBytes) bytes")
    if ONNXExporter.multipliesBytes(checkpoint) {
      // Whoever runs it elsewhere would find other answers than ours, and not know why: docs/export-onnx.md.
      try Output.line(
        "On processors without VNNI, ONNX Runtime's product of bytes saturates: give its session the option "
          + "session.x64quantprecision 1, or quantise with --reduce-range.")
    }
  }

  /// A model in floats in the bits that a graph is to have; one that needs no rounding as it is.
  private static func rounded(_ source: Checkpoint, to precision: ONNXPrecision, _ scratch: URL) throws -> Checkpoint {
    guard precision.isQuantized, source.configuration.quantization == nil else { return source }
    try ModelQuantizer(scheme: precision == .int4 ? .int4 : .int8PTQDynamic).quantize(source, to: scratch)
    return try Checkpoint(modelDirectory: scratch)
  }
}

extension ONNXPrecision: ExpressibleByArgument {}
