import Bert
import Compute
import Foundation
import TestSupport
import Testing

@Suite("Quantised directories") struct QuantizedCheckpointTests {
  private let query = "bert.encoder.layer.1.attention.self.query.weight"

  @Test func reading() throws {
    let model = try QuantizedModel()
    let checkpoint = try Checkpoint(modelDirectory: model.quantized)
    let floats = try Checkpoint(modelDirectory: model.floats)
    try checkpoint.validate(requireClassifier: true)
    try checkpoint.validateValues()
    #expect(checkpoint.names == floats.names)
    #expect(checkpoint.unusedNames.isEmpty)
    #expect(checkpoint.byteCount(of: query) == 24 * 24 + 24 * 4)
    #expect(checkpoint.byteCount(of: "classifier.weight") == 3 * 24 * 4)
    let size = try #require(try SafetensorsFile(url: model.quantized.appending(path: "model.safetensors")).entries.last)
    #expect(checkpoint.parameterBytes < size.range.upperBound)
    for name in checkpoint.names {
      let rows = try checkpoint.quantizedRows(name)
      #expect((rows != nil) == checkpoint.isQuantized(name))
      #expect(try rows?.dequantized() ?? checkpoint.floats(name) == floats.floats(name), "\(name)")
    }
    #expect(
      throws: BertError.tensorFormat(
        path: checkpoint.path, tensor: query, expected: SafetensorsDType.floating, found: .i8)
    ) {
      try checkpoint.floats(query)
    }
  }

  @Test("Training, pruning and converting need floats") func floatsNeeded() throws {
    let model = try QuantizedModel()
    let checkpoint = try Checkpoint(modelDirectory: model.quantized)
    #expect(throws: BertError.alreadyQuantized(path: checkpoint.path)) {
      _ = try BertClassifier(checkpoint: checkpoint, seed: 1, backend: try CPUBackend(threadCount: 1))
    }
  }

  /// The words with which a directory is refused after `change` of its tensors; the same by inference and by checks.
  private func refusal(
    quantization: QuantizationConfiguration? = QuantizedModel.all, _ change: (inout [String: TensorToWrite]) -> Void
  ) throws -> String {
    let model = try QuantizedModel()
    let file = try SafetensorsFile(url: model.quantized.appending(path: "model.safetensors"))
    var tensors: [String: TensorToWrite] = [:]
    for entry in file.entries {
      tensors[entry.name] = TensorToWrite(
        name: entry.name, shape: entry.shape, dtype: entry.dtype, bytes: try file.bytes(of: entry.name))
    }
    change(&tensors)
    var configuration = try Checkpoint(modelDirectory: model.floats).configuration
    configuration.quantization = quantization
    let scratch = try ScratchDirectory()
    let directory = scratch.url.appending(path: "model", directoryHint: .isDirectory)
    try CheckpointWriter(configuration: configuration).write(
      tensors.sorted { $0.key < $1.key }.map(\.value), to: directory)
    let packing = scratch.message {
      _ = try PackedClassifier(
        checkpoint: try Checkpoint(modelDirectory: directory), backend: try CPUBackend(threadCount: 1))
    }
    let checking = scratch.message {
      let checkpoint = try Checkpoint(modelDirectory: directory)
      try checkpoint.validate(requireClassifier: true)
      try checkpoint.validateValues()
    }
    #expect(packing == checking)
    return packing ?? "not refused"
  }

  private func scales(_ row: Int, _ value: Float) -> [Float] {
    var scales = [Float](repeating: 0.01, count: 24)
    scales[row] = value
    return scales
  }

  @Test("A scale that can be none", arguments: [0, -1, Float.nan, .infinity, 3e36] as [Float])
  func scale(_ value: Float) throws {
    let name = query + "_scale"
    let message = try refusal { $0[name] = TensorToWrite(name: name, shape: [24, 1], floats: scales(7, value)) }
    let words =
      value.isFinite
      ? "expected scales above 0 and at most 2.6e36, found \(value) at row 7"
      : "expected finite numbers, found \(value.isNaN ? "nan" : "inf") at element 7"
    #expect(message == "DIR/model/model.safetensors: tensor '\(name)': \(words)")
  }

  @Test func refusals() throws {
    let name = query + "_scale"
    let path = "DIR/model/model.safetensors: tensor "
    let expectations = [
      (
        try refusal { $0[name] = nil },
        "\(path)'\(query)' is quantised, but expected beside it the tensor '\(name)'"
      ),
      (
        try refusal { $0[name] = TensorToWrite(name: name, shape: [24], floats: scales(0, 1)) },
        "\(path)'\(name)': expected shape [24, 1], found [24]"
      ),
      (
        try refusal { $0[name] = TensorToWrite(name: name, shape: [23, 1], floats: scales(0, 1).dropLast()) },
        "\(path)'\(name)': expected shape [24, 1], found [23, 1]"
      ),
      (
        try refusal {
          $0[name] = TensorToWrite(name: name, shape: [24, 1], dtype: .i8, bytes: [UInt8](repeating: 1, count: 24))
        }, "\(path)'\(name)': expected F32 or F16 or BF16, found I8"
      ),
      (
        try refusal {
          $0[query] = TensorToWrite(name: query, shape: [24, 24], floats: [Float](repeating: 1, count: 576))
        }, "\(path)'\(query)': expected quantised values, as the quantization_config of config.json says, found F32"
      ),
      (
        try refusal {
          $0[query] = TensorToWrite(
            name: query, shape: [12, 48], dtype: .i8, bytes: [UInt8](repeating: 1, count: 576))
        }, "\(path)'\(query)': expected shape [24, 24], found [12, 48]"
      ),
      (
        try refusal(quantization: nil) { _ in },
        "\(path)'bert.embeddings.word_embeddings.weight': found I8, but the quantization_config of config.json does not name it"
      ),
      (
        try refusal {
          let zeros = query + "_zero_point"
          let bytes = [UInt8](repeating: 0, count: 23) + [1]
          $0[zeros] = TensorToWrite(name: zeros, shape: [24, 1], dtype: .i8, bytes: bytes)
        }, "\(path)'\(query)_zero_point': expected zeros, as quantisation is symmetric, found others"
      ),
    ]
    for (found, expected) in expectations { #expect(found == expected) }
  }

  @Test("Two names for the scales of one weight") func scalesTwice() throws {
    let name = query + "_scale"
    let message = try refusal {
      let bare = String(name.dropFirst("bert.".count))
      $0[bare] = TensorToWrite(name: bare, shape: [24, 1], floats: scales(0, 1))
    }
    #expect(message.contains("both mean the parameter '\(name)'"))
  }
}
