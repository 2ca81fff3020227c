import Bert
import Compression
import Compute
import Foundation
import ONNX
import TestSupport
import Testing

/// Directories, and what is refused. None of it needs a runtime.
@Suite("Exporting") struct ExportTests {
  private let scratch: ScratchDirectory
  private let directory: URL

  init() throws {
    scratch = try ScratchDirectory()
    directory = scratch.url.appending(path: "out", directoryHint: .isDirectory)
  }

  private func export(
    _ model: ExportedModel, _ precision: ONNXPrecision = .fp32, largestGraph: Int = ONNXExporter.largestGraph
  ) throws {
    try ONNXExporter(model.checkpoint, precision: precision, producerVersion: "test", largestGraph: largestGraph)
      .write(to: directory)
  }

  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: directory.appending(path: name)) }

  @Test("A directory for each model, a file for each precision") func layout() throws {
    let model = try ExportedModel(golden: nil)
    try Data("{}".utf8).write(to: model.checkpoint.directory.appending(path: "tokenizer.json"))
    try export(model)
    #expect(try scratch.entries("out") == ["config.json", "onnx", "tokenizer.json"])
    #expect(try scratch.entries("out/onnx") == ["model.onnx"])
    let first = try bytes("onnx/model.onnx")
    try export(model, .fp16)
    try export(try model.quantized(.int8PTQDynamic), .int8)
    #expect(try scratch.entries("out/onnx") == ["model.onnx", "model_fp16.onnx", "model_quantized.onnx"])
    #expect(try bytes("onnx/model.onnx") == first)
    #expect(first.count > 4 * 17_307)
    // Two bytes less a weight; the operations, which take most of such a small file, are a few more.
    #expect(try bytes("onnx/model_fp16.onnx").count < first.count - 17_307)
    let configuration = try BertConfiguration(url: directory.appending(path: "config.json"))
    #expect(configuration.quantization == nil)
    // Another model of this shape would say other things under this name.
    let other = try ExportedModel(layers: 1, heads: 2, width: 24)
    #expect(scratch.message { try export(other) }?.contains("DIR/out/: expected an empty directory") == true)
    #expect(try bytes("onnx/model.onnx") == first)
  }

  @Test("Beside the checkpoint itself") func inPlace() throws {
    let model = try ExportedModel(golden: nil)
    let before = try Data(contentsOf: model.checkpoint.directory.appending(path: "config.json"))
    try ONNXExporter(model.checkpoint, precision: .fp32, producerVersion: "test").write(to: model.checkpoint.directory)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: model.checkpoint.directory.path(percentEncoded: false))
    #expect(Set(names) == ["config.json", "model.safetensors", "onnx"])
    #expect(try Data(contentsOf: model.checkpoint.directory.appending(path: "config.json")) == before)
  }

  @Test("What is there stays as it is") func twice() throws {
    let model = try ExportedModel(golden: nil)
    try export(model, largestGraph: 20_000)
    #expect(try scratch.entries("out/onnx") == ["model.onnx", "model.onnx_data"])
    let first = try bytes("onnx/model.onnx")
    #expect(first.count < 40_000)
    #expect(
      scratch.message { try export(model) }
        == "DIR/out/onnx/model.onnx: it exists already; remove it or name another directory")
    #expect(try scratch.entries("out/onnx") == ["model.onnx", "model.onnx_data"])
    #expect(try bytes("onnx/model.onnx") == first)
  }

  @Test("Others' directories stay") func foreign() throws {
    try Directories.make(directory)
    try scratch.write("mine", "out/notes.txt")
    let model = try ExportedModel(golden: nil)
    #expect(scratch.message { try export(model) }?.contains("expected an empty directory") == true)
    #expect(try scratch.entries("out") == ["notes.txt"])
  }

  @Test("What a directory isn't stored in") func precisions() throws {
    let floats = try ExportedModel(layers: 1, heads: 2, width: 32)
    let bytes = try floats.quantized(.int8PTQDynamic), four = try floats.quantized(.int4, FourBitOptions(group: 32))
    for (model, precision, words) in [
      (floats, ONNXPrecision.int8, "expected a model in int8 or in floats, found one in floats"),
      (floats, .int4, "found one in floats"), (bytes, .int4, "found one in int8"), (four, .int8, "found one in int4"),
      (bytes, .fp32, "give --precision int8"), (four, .fp16, "give --precision int4"),
    ] {
      let message = scratch.message { try export(model, precision) } ?? ""
      #expect(message.contains(words), "\(message)")
    }
    #expect(ONNXPrecision(of: floats.checkpoint) == .fp32)
    #expect(ONNXPrecision(of: bytes.checkpoint) == .int8)
    #expect(ONNXPrecision(of: four.checkpoint) == .int4)
    #expect(try scratch.entries() == [])
  }

  @Test("Beyond the range of halves nothing is written") func outOfRange() throws {
    let source = try ExportedModel(golden: nil).checkpoint
    let name = "bert.encoder.layer.1.output.dense.weight"
    let large = scratch.url.appending(path: "large", directoryHint: .isDirectory)
    let tensors = try source.names.map { tensor in
      var values = try source.floats(tensor)
      if tensor == name { values[7] = 70_000 }
      return TensorToWrite(name: tensor, shape: source.shape(of: tensor) ?? [], floats: values)
    }
    try CheckpointWriter(configuration: source.configuration).write(tensors, to: large)
    let exporter = ONNXExporter(
      try Checkpoint(modelDirectory: large), precision: .fp16, producerVersion: "test")
    let message = scratch.message { try exporter.write(to: directory) } ?? ""
    #expect(message.contains("'\(name)': expected finite numbers, found 70000.0 at element 7"), "\(message)")
    #expect(try scratch.entries() == ["large"])
  }
}
