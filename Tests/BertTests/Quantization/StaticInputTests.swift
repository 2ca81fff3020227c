import Bert
import Compute
import Foundation
import TestSupport
import Testing

/// Inputs of one stored scale a layer.
@Suite("Static scales of inputs") struct StaticInputTests {
  private static let all = QuantizationConfiguration(
    targets: [.linear, .embedding], ignore: ["classifier"], inputs: .perTensor)
  private let query = "bert.encoder.layer.1.attention.self.query.input_scale"
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  /// A directory with the scale 0.04 beside each weight, after `change` of its tensors.
  private func directory(
    _ quantization: QuantizationConfiguration = Self.all, scale: Float = 0.04,
    _ change: (inout [String: TensorToWrite]) -> Void = { _ in }
  ) throws -> URL {
    let model = try QuantizedModel(quantization)
    let file = try SafetensorsFile(url: model.quantized.appending(path: "model.safetensors"))
    var tensors: [String: TensorToWrite] = [:]
    for entry in file.entries {
      tensors[entry.name] = TensorToWrite(
        name: entry.name, shape: entry.shape, dtype: entry.dtype, bytes: try file.bytes(of: entry.name))
      guard quantization.hasInputScale(entry.name) else { continue }
      let name = String(entry.name.dropLast("weight".count)) + "input_scale"
      tensors[name] = TensorToWrite(name: name, shape: [1], floats: [scale])
    }
    change(&tensors)
    var configuration = try Checkpoint(modelDirectory: model.floats).configuration
    configuration.quantization = quantization
    let directory = scratch.url.appending(path: "model", directoryHint: .isDirectory)
    try CheckpointWriter(configuration: configuration).write(
      tensors.sorted { $0.key < $1.key }.map(\.value), to: directory)
    return directory
  }

  private func logits(_ directory: URL, _ input: EncoderInput, _ backend: CPUBackend) throws -> [Float] {
    try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: directory), backend: backend).logits(input)
  }

  @Test func configuration() throws {
    for ignore in [[], ["classifier"]] {
      for targets in [Set<QuantizationConfiguration.ModuleClass>([.linear]), [.linear, .embedding]] {
        var configuration = try BertConfigurationTests.read(BertConfigurationTests.text())
        configuration.quantization = QuantizationConfiguration(targets: targets, ignore: ignore, inputs: .perTensor)
        #expect(configuration.json.contains(#""strategy": "tensor""#))
        let again = try BertConfigurationTests.read(configuration.json)
        #expect(again.quantization == configuration.quantization && again.quantization?.inputs == .perTensor)
      }
    }
    // Four bits and tables have no static inputs.
    let fourBit = QuantizationConfiguration(
      weights: [.linear: .int4(group: 64, isSymmetric: true)], ignore: [], inputs: .perTensor)
    #expect(fourBit.inputs == .perToken)
    #expect(QuantizationConfiguration(targets: [.embedding], ignore: [], inputs: .perTensor).inputs == .perToken)
    #expect(Self.all.hasInputScale("bert.pooler.dense.weight") && !Self.all.hasInputScale("classifier.weight"))
    #expect(!Self.all.hasInputScale("bert.embeddings.word_embeddings.weight"))
  }

  @Test("As other programs write it; with four bits it is refused") func foreign() throws {
    func read(_ text: String) throws -> QuantizationConfiguration? {
      try BertConfigurationTests.read(BertConfigurationTests.text("\"quantization_config\": \(text)")).quantization
    }
    let text = """
      {"config_groups": {"a": {"targets": ["Linear"], "weights": {"strategy": "channel"},
        "input_activations": {"dynamic": false, "num_bits": 8, "observer": "minmax", "strategy": "tensor"}}},
       "format": "int-quantized", "quant_method": "compressed-tensors", "quantization_status": "compressed"}
      """
    let expected = QuantizationConfiguration(targets: [.linear], ignore: [], inputs: .perTensor)
    #expect(try read(text) == expected)
    // The defaults of compressed-tensors.
    #expect(try read(text.replacing(#""dynamic": false, "#, with: "")) == expected)
    let message = scratch.message {
      _ = try read(
        text.replacing(#"{"strategy": "channel"}"#, with: #"{"num_bits": 4, "group_size": 32}"#)
          .replacing("int-quantized", with: "pack-quantized"))
    }
    #expect(message?.hasSuffix("a.input_activations.dynamic': expected true, found false") ?? false, "\(message ?? "")")
    let tokens = scratch.message { _ = try read(text.replacing(#""tensor""#, with: #""token""#)) }
    #expect(
      tokens?.contains(#"input_activations.strategy': expected "tensor", found "token""#) ?? false, "\(tokens ?? "")")
  }

  @Test("One scale is used by all, and the answers are near those of a scale each")
  func inference() throws {
    let input = try QuantizedModel.input(24, seed: 5)
    let dynamic = try QuantizedModel()
    for backend in ModelGoldenTests.backends {
      let expected = try logits(dynamic.quantized, input, backend)
      func error(_ found: [Float]) -> Double {
        var error = 0.0, power = 0.0
        for (x, y) in zip(found, expected) {
          error += Double(x - y) * Double(x - y)
          power += Double(y) * Double(y)
        }
        return (error / power).squareRoot()
      }
      let near = error(try logits(try directory(), input, backend))
      #expect(near > 1e-4 && near < 0.2, "\(backend.name)")
      // Clipped at an eighth, or rounded to few steps.
      #expect(error(try logits(try directory(scale: 0.001), input, backend)) > 2 * near, "\(backend.name)")
      #expect(error(try logits(try directory(scale: 1), input, backend)) > 2 * near, "\(backend.name)")
    }
  }

  @Test("A sum by hand: the pooler's input is rounded by the stored scale") func byHand() throws {
    // Only the pooler is quantised; its input is what the float model says.
    let ignore = (0..<2).flatMap { layer in
      [
        "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
        "intermediate.dense", "output.dense",
      ].map { "bert.encoder.layer.\(layer).\($0)" }
    }
    let quantization = QuantizationConfiguration(
      targets: [.linear], ignore: ignore + ["classifier"], inputs: .perTensor)
    let backend = try CPUBackend(instructionSet: .scalar, threadCount: 1)
    let checkpoint = try Checkpoint(modelDirectory: try directory(quantization))
    try checkpoint.validate(requireClassifier: true)
    #expect(checkpoint.unusedNames.isEmpty)
    var hidden: [Float] = []
    let input = try QuantizedModel.input(1, seed: 6)
    let found = try PackedClassifier(checkpoint: checkpoint, backend: backend).logits(
      input,
      observing: { (site, x) throws(TensorError) in
        if site == "bert.pooler.dense" { hidden = try backend.read(x) }
      })
    let rows = try #require(try checkpoint.quantizedRows("bert.pooler.dense.weight"))
    let weight = rows.dequantized(), bias = try checkpoint.floats("bert.pooler.dense.bias")
    let rounded = hidden.map { (x: Float) -> Float in
      let whole = (x / 0.04).rounded(.toNearestOrEven)
      return max(-128, min(127, whole)) * 0.04
    }
    let pooled = (0..<24).map { (row: Int) -> Float in
      var sum = bias[row]
      for column in 0..<24 { sum += weight[row * 24 + column] * rounded[column] }
      return tanh(sum)
    }
    let last = try checkpoint.floats("classifier.weight"), offset = try checkpoint.floats("classifier.bias")
    for row in 0..<3 {
      var expected = offset[row]
      for column in 0..<24 { expected += last[row * 24 + column] * pooled[column] }
      #expect(abs(found[row] - expected) < 1e-5)
    }
  }

  /// The words with which inference and checks refuse a directory.
  private func refusal(_ change: (inout [String: TensorToWrite]) -> Void) throws -> String {
    let directory = try directory(Self.all, change)
    let packing = scratch.message {
      _ = try PackedClassifier(
        checkpoint: try Checkpoint(modelDirectory: directory), backend: try CPUBackend(threadCount: 1))
    }
    return packing ?? "not refused"
  }

  private func checking() -> String? {
    scratch.message {
      let checkpoint = try Checkpoint(modelDirectory: scratch.url.appending(path: "model"))
      try checkpoint.validate(requireClassifier: true)
      try checkpoint.validateValues()
    }
  }

  @Test("A scale that can be none", arguments: [0, -1, Float.nan, .infinity, 3e36, 1e-39] as [Float])
  func scale(_ value: Float) throws {
    let message = try refusal { $0[query] = TensorToWrite(name: query, shape: [1], floats: [value]) }
    let words =
      value.isFinite
      ? "expected a scale from 1.2e-38 to 2.6e36, found \(value)"
      : "expected finite numbers, found \(value.isNaN ? "nan" : "inf") at element 0"
    #expect(message == "DIR/model/model.safetensors: tensor '\(query)': \(words)")
    #expect(checking() == message)
  }

  @Test func refusals() throws {
    let path = "DIR/model/model.safetensors: tensor "
    let weight = query.replacing("input_scale", with: "weight")
    let missing = try refusal { $0[query] = nil }
    #expect(missing.hasPrefix("\(path)'\(weight)'") && missing.contains("'\(query)'"), "\(missing)")
    #expect(checking() == missing)
    let shape = try refusal { $0[query] = TensorToWrite(name: query, shape: [2], floats: [1, 1]) }
    #expect(shape == "\(path)'\(query)': expected shape [1], found [2]")
    #expect(checking() == shape)
    let format = try refusal { $0[query] = TensorToWrite(name: query, shape: [1], dtype: .i8, bytes: [1]) }
    #expect(format == "\(path)'\(query)': expected F32 or F16 or BF16, found I8")
    let zero = query.replacing("scale", with: "zero_point")
    let offset = try refusal { $0[zero] = TensorToWrite(name: zero, shape: [1], dtype: .i8, bytes: [3]) }
    #expect(offset == "\(path)'\(zero)': expected zeros, as quantisation is symmetric, found others")
    let none = try refusal { $0[zero] = TensorToWrite(name: zero, shape: [1], dtype: .i8, bytes: [0]) }
    #expect(none == "not refused")
    #expect(try Checkpoint(modelDirectory: scratch.url.appending(path: "model")).unusedNames.isEmpty)
    let bare = String(query.dropFirst("bert.".count))
    let twice = try refusal { $0[bare] = TensorToWrite(name: bare, shape: [1], floats: [1]) }
    #expect(twice.contains("both mean the parameter '\(query)'"))
  }

  @Test("Query, key and value share an input, which has one scale") func different() throws {
    let message = try refusal { $0[query] = TensorToWrite(name: query, shape: [1], floats: [0.03]) }
    #expect(message.contains("expected one scale for query, key and value") && message.contains("0.03 in '\(query)'"))
    #expect(message.contains("0.04 in "))
  }
}
