import Bert
import Compute
import Foundation
import TestSupport
import Testing

@Suite("Model directories") struct CheckpointTests {
  static func tensors(of checkpoint: Checkpoint) throws -> [TensorToWrite] {
    try checkpoint.names.map { name in
      TensorToWrite(name: name, shape: checkpoint.shape(of: name) ?? [], floats: try checkpoint.floats(name))
    }
  }

  /// tiny-bert with other names, or without some tensors: `rename` gives nil for those.
  static func write(_ scratch: ScratchDirectory, _ rename: (String) -> String?) throws {
    let golden = try Checkpoint(modelDirectory: Goldens.tinyBert)
    let renamed = try golden.names.compactMap { old in
      try rename(old).map { name in
        TensorToWrite(name: name, shape: golden.shape(of: old) ?? [], dtype: .f32, bytes: try golden.bytes(of: old))
      }
    }
    try scratch.write(golden.configuration.json, "config.json")
    try SafetensorsWriter.write(renamed, to: scratch.url.appending(path: "model.safetensors"))
  }

  @Test("The tiny model of the references")
  func golden() throws {
    let checkpoint = try Checkpoint(modelDirectory: Goldens.tinyBert)
    try checkpoint.validate(requireClassifier: true)
    #expect(checkpoint.names == WeightNames.all(checkpoint.configuration).map(\.name))
    #expect(checkpoint.names.count == 5 + 3 * 16 + 4)
    #expect(checkpoint.unusedNames == [])
    #expect(checkpoint.hasPooler && checkpoint.hasClassifier)
    #expect(checkpoint.parameterBytes == 4 * 17307)
    let name = "bert.encoder.layer.2.intermediate.dense.weight"
    #expect(checkpoint.shape(of: name) == [40, 24])
    #expect(checkpoint.dtype(of: name) == .f32)
    let values = try checkpoint.floats(name)
    let bytes = try checkpoint.bytes(of: name).withBytes { $0.withUnsafeBytes { [UInt8]($0) } }
    #expect(values.withUnsafeBytes { [UInt8]($0) } == bytes)
    #expect(checkpoint.shape(of: "nothing") == nil)
    #expect(throws: BertError.unknownTensor(path: checkpoint.path, tensor: "nothing")) {
      try checkpoint.floats("nothing")
    }
  }

  @Test("Bare names, old LayerNorm names, other heads and position ids")
  func otherNames() throws {
    let scratch = try ScratchDirectory()
    try Self.write(scratch) { name in
      if name == "classifier.weight" { return "cls.predictions.transform.dense.weight" }
      if name == "classifier.bias" { return "embeddings.position_ids" }
      let bare = name.hasPrefix("bert.") ? String(name.dropFirst(5)) : name
      return bare.replacing("LayerNorm.weight", with: "LayerNorm.gamma").replacing(
        "LayerNorm.bias", with: "LayerNorm.beta")
    }
    let checkpoint = try Checkpoint(modelDirectory: scratch.url)
    try checkpoint.validate(requireClassifier: false)
    let golden = try Checkpoint(modelDirectory: Goldens.tinyBert)
    #expect(checkpoint.names == golden.names.filter { !$0.hasPrefix("classifier") })
    for name in checkpoint.names { #expect(try checkpoint.floats(name) == golden.floats(name)) }
    #expect(checkpoint.unusedNames.sorted() == ["cls.predictions.transform.dense.weight", "embeddings.position_ids"])
    #expect(checkpoint.hasPooler && !checkpoint.hasClassifier)
    #expect(
      scratch.message { try checkpoint.validate(requireClassifier: true) }
        == "DIR/model.safetensors: 2 tensors missing: 'classifier.weight' [3, 24], 'classifier.bias' [3]")
  }

  @Test("An encoder alone will do, half a pooler will not")
  func optionalParts() throws {
    let scratch = try ScratchDirectory()
    try Self.write(scratch) { $0.hasPrefix("bert.pooler") || $0.hasPrefix("classifier") ? nil : $0 }
    try Checkpoint(modelDirectory: scratch.url).validate(requireClassifier: false)
    try Self.write(scratch) { $0 == "bert.pooler.dense.bias" ? nil : $0 }
    #expect(
      scratch.message { try Checkpoint(modelDirectory: scratch.url).validate(requireClassifier: false) }
        == "DIR/model.safetensors: 1 tensor missing: 'bert.pooler.dense.bias' [24]")
  }

  @Test("One parameter under two names")
  func sameTwice() throws {
    let scratch = try ScratchDirectory()
    try Self.write(scratch) {
      $0 == "bert.encoder.layer.1.output.dense.bias" ? "encoder.layer.0.output.dense.bias" : $0
    }
    #expect(
      scratch.message { _ = try Checkpoint(modelDirectory: scratch.url) }
        == "DIR/model.safetensors: 'bert.encoder.layer.0.output.dense.bias' and 'encoder.layer.0.output.dense.bias' both mean the parameter 'bert.encoder.layer.0.output.dense.bias'"
    )
  }

  @Test("A shape or format that does not fit the configuration")
  func doesNotFit() throws {
    let scratch = try ScratchDirectory()
    let golden = try Checkpoint(modelDirectory: Goldens.tinyBert)
    var configuration = golden.configuration
    configuration.intermediateSize = 41
    try CheckpointWriter(configuration: configuration).write(
      try Self.tensors(of: golden), to: scratch.url.appending(path: "m"))
    #expect(
      scratch.message {
        try Checkpoint(modelDirectory: scratch.url.appending(path: "m")).validate(requireClassifier: true)
      }
        == "DIR/m/model.safetensors: tensor 'bert.encoder.layer.0.intermediate.dense.weight': expected shape [41, 24], found [40, 24]"
    )
    var tensors = try Self.tensors(of: golden)
    tensors[4] = TensorToWrite(name: tensors[4].name, shape: [24], dtype: .i8, bytes: [UInt8](repeating: 0, count: 24))
    try CheckpointWriter(configuration: golden.configuration).write(tensors, to: scratch.url.appending(path: "m"))
    #expect(
      scratch.message {
        try Checkpoint(modelDirectory: scratch.url.appending(path: "m")).validate(requireClassifier: true)
      }
        == "DIR/m/model.safetensors: tensor 'bert.embeddings.LayerNorm.bias': expected F32 or F16 or BF16, found I8")
  }

  @Test("Shards are one checkpoint")
  func shards() throws {
    let scratch = try ScratchDirectory()
    let golden = try Checkpoint(modelDirectory: Goldens.tinyBert)
    let tensors = try Self.tensors(of: golden)
    var map: [String: String] = [:]
    for (number, part) in [tensors[..<20], tensors[20...]].enumerated() {
      let name = "model-0000\(number + 1)-of-00002.safetensors"
      try SafetensorsWriter.write(Array(part), to: scratch.url.appending(path: name))
      for tensor in part { map[tensor.name] = name }
    }
    func writeIndex(_ map: [String: String]) throws {
      let index = ["weight_map": map]
      try scratch.write([UInt8](JSONEncoder().encode(index)), "model.safetensors.index.json")
    }
    try writeIndex(map)
    try scratch.write(golden.configuration.json, "config.json")
    let checkpoint = try Checkpoint(modelDirectory: scratch.url)
    try checkpoint.validate(requireClassifier: true)
    for name in golden.names { #expect(try checkpoint.floats(name) == golden.floats(name)) }

    let open = { _ = try Checkpoint(modelDirectory: scratch.url) }
    var wrong = map
    wrong["classifier.bias"] = "model-00001-of-00002.safetensors"
    try writeIndex(wrong)
    #expect(
      scratch.message(open)
        == "DIR/model.safetensors.index.json: tensor 'classifier.bias': 'model-00001-of-00002.safetensors', which the index names, does not hold it"
    )
    try writeIndex(["w": "../x.safetensors"])
    #expect(
      scratch.message(open)?.hasPrefix(
        "DIR/model.safetensors.index.json: tensor 'w': expected the name of a .safetensors file beside the index")
        == true)
    try writeIndex(["w": "gone.safetensors"])
    #expect(scratch.message(open) == "DIR/gone.safetensors: cannot open: no such file or directory")
    try scratch.write("{}", "model.safetensors.index.json")
    #expect(
      scratch.message(open)
        == "DIR/model.safetensors.index.json: key 'weight_map': expected an object of tensor and file names, found none"
    )
  }

  @Test("Directories without what is needed")
  func missingFiles() throws {
    let scratch = try ScratchDirectory()
    let open = { _ = try Checkpoint(modelDirectory: scratch.url) }
    #expect(scratch.message(open) == "DIR: expected config.json, found none")
    try scratch.write(BertConfigurationTests.text(), "config.json")
    #expect(
      scratch.message(open) == "DIR: expected model.safetensors or model.safetensors.index.json, found none")
    try scratch.write("", "pytorch_model.bin")
    let message = scratch.message(open) ?? ""
    #expect(
      message.hasPrefix(
        "DIR/pytorch_model.bin: this is a PyTorch pickle, which can run code when it is read, so it is not read here; write its tensors to model.safetensors once, with Python: python3 -c \"import "
      ))
    #expect(message.hasSuffix(" 'DIR'") && !message.contains("\n"))
  }
}
