import Bert
import Compute
import Foundation
import TestSupport
import Testing

/// Inputs of one stored scale a layer.
@Suite("Static scales of inputs") struct StaticInputTests {
  private static let all = QuantizationConfiguration(
    targets: [.linear, .embedding], ignore: ["classifier"], inputs: .perTensor(isSymmetric: true))
  private static let asymmetric = QuantizationConfiguration(
    targets: [.linear, .embedding], ignore: ["classifier"], inputs: .perTensor(isSymmetric: false))
  private let query = "bert.encoder.layer.1.attention.self.query.input_scale"
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  /// A directory with the scale 0.04 and perhaps a zero point beside each weight, after `change` of its tensors.
  private func directory(
    _ quantization: QuantizationConfiguration = Self.all, scale: Float = 0.04, zeroPoint: Int8 = 0,
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
      guard quantization.hasInputZeroPoint(entry.name) else { continue }
      let zero = name.replacing("input_scale", with: "input_zero_point")
      tensors[zero] = TensorToWrite(name: zero, shape: [1], dtype: .i8, bytes: [UInt8(bitPattern: zeroPoint)])
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
    for (ignore, isSymmetric) in [([], true), ([], false), (["classifier"], true), (["classifier"], false)] {
      for targets in [Set<QuantizationConfiguration.ModuleClass>([.linear]), [.linear, .embedding]] {
        let inputs = QuantizationConfiguration.Inputs.perTensor(isSymmetric: isSymmetric)
        var configuration = try BertConfigurationTests.read(BertConfigurationTests.text())
        configuration.quantization = QuantizationConfiguration(targets: targets, ignore: ignore, inputs: inputs)
        #expect(configuration.json.contains(#""strategy": "tensor""#))
        #expect(configuration.json.contains(#""symmetric": false"#) == !isSymmetric)
        let again = try BertConfigurationTests.read(configuration.json)
        #expect(again.quantization == configuration.quantization && again.quantization?.inputs == inputs)
      }
    }
    // Four bits and tables have no static inputs.
    let fourBit = QuantizationConfiguration(
      weights: [.linear: .int4(group: 64, isSymmetric: true)], ignore: [], inputs: .perTensor(isSymmetric: true))
    #expect(fourBit.inputs == .perToken)
    let tables = QuantizationConfiguration(targets: [.embedding], ignore: [], inputs: .perTensor(isSymmetric: false))
    #expect(tables.inputs == .perToken)
    #expect(Self.all.hasInputScale("bert.pooler.dense.weight") && !Self.all.hasInputScale("classifier.weight"))
    #expect(!Self.all.hasInputScale("bert.embeddings.word_embeddings.weight"))
    #expect(!Self.all.hasInputZeroPoint("bert.pooler.dense.weight"))
    #expect(Self.asymmetric.hasInputScale("bert.pooler.dense.weight"))
    #expect(Self.asymmetric.hasInputZeroPoint("bert.pooler.dense.weight"))
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
    let expected = QuantizationConfiguration(targets: [.linear], ignore: [], inputs: .perTensor(isSymmetric: true))
    #expect(try read(text) == expected)
    let zeroPoints = try read(text.replacing(#""dynamic": false"#, with: #""dynamic": false, "symmetric": false"#))
    #expect(zeroPoints?.inputs == .perTensor(isSymmetric: false))
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

  @Test("A sum by hand: the pooler's input is rounded by the stored scale and zero point", arguments: [0, -30, 100])
  func byHand(_ zeroPoint: Int) throws {
    // Only the pooler is quantised; its input is what the float model says.
    let ignore = (0..<2).flatMap { layer in
      [
        "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
        "intermediate.dense", "output.dense",
      ].map { "bert.encoder.layer.\(layer).\($0)" }
    }
    let quantization = QuantizationConfiguration(
      targets: [.linear], ignore: ignore + ["classifier"], inputs: .perTensor(isSymmetric: zeroPoint == 0))
    let backend = try CPUBackend(instructionSet: .scalar, threadCount: 1)
    let checkpoint = try Checkpoint(modelDirectory: try directory(quantization, zeroPoint: Int8(zeroPoint)))
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
      return max(Float(-128 - zeroPoint), min(Float(127 - zeroPoint), whole)) * 0.04
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
  private func refusal(
    _ quantization: QuantizationConfiguration = Self.all, _ change: (inout [String: TensorToWrite]) -> Void
  ) throws -> String {
    let directory = try directory(quantization, change)
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

  @Test("A scale that can be none", arguments: [0, -1, Float.nan, .infinity, 3e36, 0x1p-130] as [Float])
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

  @Test func zeroPoints() throws {
    let path = "DIR/model/model.safetensors: tensor "
    let name = query.replacing("scale", with: "zero_point")
    let missing = try refusal(Self.asymmetric) { $0[name] = nil }
    #expect(
      missing
        == "\(path)'\(query.replacing("input_scale", with: "weight"))' is quantised, but expected beside it the tensor '\(name)'"
    )
    #expect(checking() == missing)
    let shape = try refusal(Self.asymmetric) {
      $0[name] = TensorToWrite(name: name, shape: [2], dtype: .i8, bytes: [1, 1])
    }
    #expect(shape == "\(path)'\(name)': expected shape [1], found [2]")
    let format = try refusal(Self.asymmetric) { $0[name] = TensorToWrite(name: name, shape: [1], floats: [1]) }
    #expect(format == "\(path)'\(name)': expected I8, found F32")
    #expect(checking() == format)
    // With the weight it goes, and is counted.
    let checkpoint = try Checkpoint(modelDirectory: try directory(Self.asymmetric))
    let weight = "bert.pooler.dense.weight"
    #expect(try checkpoint.copies(of: weight).map(\.name).last == "bert.pooler.dense.input_zero_point")
    let symmetric = try Checkpoint(modelDirectory: try directory())
    #expect(checkpoint.byteCount(of: weight) == symmetric.byteCount(of: weight) + 1)
  }

  @Test("Query, key and value share an input, which has one scale and one zero point") func different() throws {
    let message = try refusal { $0[query] = TensorToWrite(name: query, shape: [1], floats: [0.03]) }
    #expect(message.contains("expected one scale and zero point for query, key and value"), "\(message)")
    #expect(message.contains("0.03 and 0 in '\(query)'") && message.contains("0.04 and 0 in "), "\(message)")
    let name = query.replacing("scale", with: "zero_point")
    let zeros = try refusal(Self.asymmetric) {
      $0[name] = TensorToWrite(name: name, shape: [1], dtype: .i8, bytes: [7])
    }
    #expect(zeros.contains("0.04 and 7 in '\(query)'") && zeros.contains("0.04 and 0 in "), "\(zeros)")
  }
}
