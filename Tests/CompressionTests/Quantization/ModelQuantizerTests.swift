import Bert
import Compression
import Compute
import Foundation
import TestSupport
import Testing

@Suite("Quantising a model") struct ModelQuantizerTests {
  private func quantizer(_ clipping: WeightQuantizer.Clipping = .leastSquaredError) -> ModelQuantizer {
    ModelQuantizer(scheme: .int8PTQDynamic, quantizer: WeightQuantizer(clipping: clipping))
  }

  /// tiny-bert with a vocabulary beside it, in another format.
  private func source(_ scratch: ScratchDirectory, _ dtype: SafetensorsDType) throws -> Checkpoint {
    let golden = try Checkpoint(modelDirectory: Goldens.tinyBert)
    let directory = scratch.url.appending(path: "source")
    try scratch.write("[PAD]\n", "vocab.txt")
    if dtype == .f16 {
      let backend = try CPUBackend(threadCount: 1)
      try BertClassifier(checkpoint: golden, seed: 1, backend: backend).write(
        to: directory, precision: .f16, tokenizerSource: scratch.url, backend: backend)
    } else {
      let tensors = try golden.names.map { name in
        let bytes = try golden.floats(name).flatMap { value in
          withUnsafeBytes(of: value.bitPattern.littleEndian) { [UInt8]($0) }.suffix(2)
        }
        return TensorToWrite(name: name, shape: golden.shape(of: name) ?? [], dtype: .bf16, bytes: bytes)
      }
      try CheckpointWriter(configuration: golden.configuration, tokenizerSource: scratch.url).write(
        tensors, to: directory)
    }
    return try Checkpoint(modelDirectory: directory)
  }

  @Test func whatIsQuantisedAndWhatIsNot() throws {
    let scratch = try ScratchDirectory()
    let source = try Checkpoint(modelDirectory: Goldens.tinyBert)
    let directory = scratch.url.appending(path: "int8")
    try quantizer(.largestMagnitude).quantize(source, to: directory)
    let result = try Checkpoint(modelDirectory: directory)
    try result.validate(requireClassifier: true)
    try result.validateValues()
    #expect(result.names == source.names && result.unusedNames.isEmpty)
    #expect(result.configuration.quantization == QuantizationScheme.int8PTQDynamic.configuration)
    #expect(result.configuration.dtype == "float32")
    for name in source.names {
      let isMatrix = name.hasSuffix(".weight") && !name.contains("LayerNorm") && !name.hasPrefix("classifier")
      #expect(result.dtype(of: name) == (isMatrix ? .i8 : .f32), "\(name)")
      let values = try source.floats(name)
      guard isMatrix else {
        #expect(try result.floats(name) == values)
        continue
      }
      let rows = try #require(try result.quantizedRows(name))
      for (index, pair) in zip(values, rows.dequantized()).enumerated() {
        #expect(abs(pair.0 - pair.1) <= 0.5001 * rows.scales[index / rows.columns], "\(name)")
      }
    }
  }

  @Test("A reduced range is that of linear layers", arguments: [QuantizationScheme.int8PTQDynamic, .int8PTQ])
  func reducedRange(_ scheme: QuantizationScheme) throws {
    let scratch = try ScratchDirectory()
    let source = try Checkpoint(modelDirectory: Goldens.tinyBert)
    let backend = try CPUBackend(threadCount: 1)
    let calibration =
      scheme.needsCalibration ? try Calibration.measure(source, on: .toy(20, seed: 1), backend: backend) : nil
    let results = try [false, true].map { reducesRange in
      let directory = scratch.url.appending(path: "\(reducesRange)")
      try ModelQuantizer(scheme: scheme, quantizer: WeightQuantizer(reducesRange: reducesRange)).quantize(
        source, to: directory, calibration: calibration)
      return try Checkpoint(modelDirectory: directory)
    }
    // Nothing but the numbers says it.
    #expect(results[0].configuration == results[1].configuration && results[0].names == results[1].names)
    let (whole, reduced) = (results[0], results[1])
    try reduced.validateValues()
    for name in source.names {
      guard let rows = try reduced.quantizedRows(name) else {
        #expect(try reduced.floats(name) == whole.floats(name), "\(name)")
        continue
      }
      if name.contains("embeddings") {
        #expect(try rows.dequantized() == whole.quantizedRows(name)?.dequantized(), "\(name)")
        continue
      }
      let values = rows.bytes.withBytes { bytes in bytes.withUnsafeBytes { $0.map { Int8(bitPattern: $0) } } }
      let expected = WeightQuantizer(reducesRange: true).quantized(try source.floats(name), columns: rows.columns)
      #expect(values == expected.values && rows.scales == expected.steps, "\(name)")
      #expect(values.map(\.magnitude).max() == 64, "\(name)")
    }
    _ = try PackedClassifier(checkpoint: reduced, backend: backend)
  }

  @Test("A range that isn't there is not reduced") func noRange() throws {
    #expect(QuantizationScheme.allCases.filter { !$0.hasReducibleRange } == [.int4, .int4QAT, .mixed])
    let scratch = try ScratchDirectory()
    let quantizer = ModelQuantizer(scheme: .int4, quantizer: WeightQuantizer(reducesRange: true))
    let message = scratch.message {
      try quantizer.quantize(try Checkpoint(modelDirectory: Goldens.tinyBert), to: scratch.url.appending(path: "x"))
    }
    #expect(
      message == "int4: a reduced range is one of INT8 weights; expected one of int8-ptq-dynamic, int8-ptq, int8-qat")
    #expect(try scratch.entries() == [])
  }

  @Test(
    "F16 and BF16 give what their values as F32 give; the tokenizer comes along",
    arguments: [SafetensorsDType.f16, .bf16])
  func otherFormats(_ dtype: SafetensorsDType) throws {
    let scratch = try ScratchDirectory()
    let source = try source(scratch, dtype)
    let tensors = try source.names.map {
      TensorToWrite(name: $0, shape: source.shape(of: $0) ?? [], floats: try source.floats($0))
    }
    let floats = scratch.url.appending(path: "floats")
    try CheckpointWriter(configuration: source.configuration).write(tensors, to: floats)
    let targets = ["a", "b"].map { scratch.url.appending(path: $0) }
    try quantizer().quantize(source, to: targets[0])
    try quantizer().quantize(try Checkpoint(modelDirectory: floats), to: targets[1])
    let files = try targets.map { try Data(contentsOf: $0.appending(path: "model.safetensors")) }
    #expect(files[0] == files[1])
    #expect(try scratch.entries("a") == ["config.json", "model.safetensors", "vocab.txt"])
  }

  @Test("The configuration, word by word") func configuration() throws {
    let scratch = try ScratchDirectory()
    try quantizer().quantize(try Checkpoint(modelDirectory: Goldens.tinyBert), to: scratch.url.appending(path: "int8"))
    let data = try Data(contentsOf: scratch.url.appending(path: "int8/config.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let quantization = try #require(object["quantization_config"])
    let found = try JSONSerialization.data(withJSONObject: quantization, options: [.sortedKeys])
    let numbers = { (dynamic: Bool, strategy: String) in
      #"{"actorder":null,"block_structure":null,"dynamic":\#(dynamic),"group_size":null,"num_bits":8,"observer":null,"#
        + #""observer_kwargs":{},"strategy":"\#(strategy)","symmetric":true,"type":"int"}"#
    }
    let group = { (target: String, inputs: String) in
      #"{"format":"int-quantized","input_activations":\#(inputs),"output_activations":null,"targets":["\#(target)"],"#
        + #""weights":\#(numbers(false, "channel"))}"#
    }
    #expect(
      String(decoding: found, as: UTF8.self)
        == #"{"config_groups":{"group_0":\#(group("Linear", numbers(true, "token"))),"#
        + #""group_1":\#(group("Embedding", "null"))},"format":"int-quantized","global_compression_ratio":null,"#
        + #""ignore":["classifier"],"kv_cache_scheme":null,"quant_method":"compressed-tensors","#
        + #""quantization_status":"compressed"}"#)
  }

  @Test("A NaN is refused with tensor and place, and nothing is left") func notFinite() throws {
    let scratch = try ScratchDirectory()
    let golden = try Checkpoint(modelDirectory: Goldens.tinyBert)
    let key = "bert.encoder.layer.0.attention.self.key.weight"
    let tensors = try golden.names.map { name in
      var values = try golden.floats(name)
      if name == key { values[100] = .nan }
      return TensorToWrite(name: name, shape: golden.shape(of: name) ?? [], floats: values)
    }
    try CheckpointWriter(configuration: golden.configuration).write(tensors, to: scratch.url.appending(path: "model"))
    let message = scratch.message {
      try quantizer().quantize(
        try Checkpoint(modelDirectory: scratch.url.appending(path: "model")), to: scratch.url.appending(path: "int8"))
    }
    #expect(
      message == "DIR/model/model.safetensors: tensor '\(key)': expected finite numbers, found nan at element 100")
    #expect(try scratch.entries() == ["model"])
  }

  @Test func twiceIsRefused() throws {
    let scratch = try ScratchDirectory()
    let directory = scratch.url.appending(path: "int8")
    try quantizer().quantize(try Checkpoint(modelDirectory: Goldens.tinyBert), to: directory)
    let checkpoint = try Checkpoint(modelDirectory: directory)
    #expect(throws: BertError.alreadyQuantized(path: checkpoint.path)) {
      try quantizer().quantize(checkpoint, to: scratch.url.appending(path: "again"))
    }
  }

  @Test("A quarter of the bytes for a model of MiniLM's shape") func size() throws {
    let configuration = BertConfiguration(
      hiddenSize: 384, numHiddenLayers: 6, numAttentionHeads: 12, intermediateSize: 1536)
    let quantization = QuantizationScheme.int8PTQDynamic.configuration
    var floats = 0, quantized = 0
    for tensor in WeightNames.all(configuration) {
      let count = tensor.shape.reduce(1, *)
      floats += 4 * count
      quantized += quantization.quantizes(tensor.name) ? count + 4 * tensor.shape[0] : 4 * count
    }
    let ratio = Double(quantized) / Double(floats)
    #expect(ratio > 0.25 && ratio < 0.256, "\(quantized) of \(floats)")
  }

  @Test func schemesAreToldByTheirConfiguration() {
    for scheme in QuantizationScheme.allCases where !scheme.needsTraining && !scheme.needsSelection {
      #expect(QuantizationScheme(scheme.configuration) == scheme)
    }
    // What was trained to be rounded lies there as what was not.
    #expect(QuantizationScheme(QuantizationScheme.int8QAT.configuration) == .int8PTQDynamic)
    #expect(QuantizationScheme(QuantizationScheme.int4QAT.configuration) == .int4)
    #expect(QuantizationScheme(QuantizationConfiguration(targets: [.linear], ignore: [])) == nil)
    // Modules by name are what was chosen.
    let format = QuantizationConfiguration.Format(weights: .int8)
    let named = QuantizationConfiguration(modules: ["bert.pooler.dense": format], ignore: ["classifier"])
    #expect(QuantizationScheme(named) == .mixed)
    #expect(QuantizationScheme(QuantizationConfiguration(ignore: ["classifier"])) == nil)
  }
}
