import Bert
import Compression
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("Removing layers") struct LayerPruningTests {
  @Test("The kept layers keep their weights under new numbers", arguments: [[0], [1], [2, 10], [11], Array(1...11)])
  func weights(_ removed: [Int]) throws {
    let backend = try CPUBackend()
    let whole = try BertClassifier.toy(layers: 12, backend)
    let pruned = try whole.removing(layers: Set(removed))
    let kept = (0..<12).filter { !removed.contains($0) }
    #expect(pruned.configuration.numHiddenLayers == kept.count)
    #expect(pruned.parameters.names == WeightNames.all(pruned.configuration).map(\.name))
    for name in pruned.parameters.names {
      let parts = name.split(separator: ".")
      var source = name
      if parts[1] == "encoder", let new = Int(parts[3]) {
        source = "bert.encoder.layer.\(kept[new])." + parts[4...].joined(separator: ".")
      }
      #expect(try backend.read(pruned.parameters[name]) == backend.read(whole.parameters[source]), "\(name)")
    }
    // The model in training computes what the one for inference does.
    let data = TokenizedText.toy(6, seed: 2)
    let input = try EncoderInput(data.batch(Array(0..<6)))
    var tape = Tape(backend: backend, isRecording: false)
    let trained = try backend.read(try pruned.logits(input, on: &tape).tensor)
    let packed = try PackedClassifier(pruned, backend: backend).logits(input)
    for (a, b) in zip(trained, packed) { #expect(abs(a - b) < 1e-5) }
  }

  @Test func removingNoneChangesNothing() throws {
    let backend = try CPUBackend()
    let whole = try BertClassifier.toy(layers: 3, backend)
    let same = try whole.removing(layers: [])
    #expect(same.configuration == whole.configuration)
    for name in whole.parameters.names {
      #expect(try backend.read(same.parameters[name]) == backend.read(whole.parameters[name]))
    }
  }

  @Test func wrongLayersAreRefused() throws {
    let whole = try BertClassifier.toy(layers: 3, try CPUBackend())
    #expect(throws: CompressionError.layerOutOfRange(layer: 3, layerCount: 3)) { try whole.removing(layers: [0, 3]) }
    #expect(throws: CompressionError.layerOutOfRange(layer: -1, layerCount: 3)) { try whole.removing(layers: [-1]) }
    #expect(throws: CompressionError.tooManyLayers(removed: 3, layerCount: 3)) {
      try whole.removing(layers: [0, 1, 2])
    }
  }

  @Test("A pruned model is an ordinary directory, read back bit by bit", arguments: InstructionSet.available)
  func directory(_ set: InstructionSet) throws {
    let backend = try CPUBackend(instructionSet: set)
    let scratch = try ScratchDirectory()
    let target = scratch.url.appending(path: "pruned")
    let whole = try BertClassifier(
      checkpoint: try Checkpoint(modelDirectory: Goldens.tinyBert), seed: 1, backend: backend)
    let pruned = try whole.removing(layers: [1])
    try pruned.write(to: target, tokenizerSource: nil, backend: backend)
    let checkpoint = try Checkpoint(modelDirectory: target)
    try checkpoint.validate(requireClassifier: true)
    #expect(checkpoint.configuration.numHiddenLayers == 2)
    #expect(checkpoint.unusedNames.isEmpty)
    let text = try String(contentsOf: target.appending(path: "config.json"), encoding: .utf8)
    #expect(text.contains("\"num_hidden_layers\": 2"))
    let data = TokenizedText.toy(20, seed: 2)
    let expected = try Evaluator.predictions(try PackedClassifier(pruned, backend: backend), data)
    #expect(
      try Evaluator.predictions(try PackedClassifier(checkpoint: checkpoint, backend: backend), data) == expected)
    // PyTorch's logits without this layer.
    let golden = try Goldens.batch()
    let sentences = TokenizedText(
      encodings: golden.sentences.map { Encoding(ids: $0.ids, typeIDs: $0.types) }, labels: golden.labels)
    let logits = try Evaluator.predictions(
      try PackedClassifier(checkpoint: checkpoint, backend: backend), sentences
    ).logits
    for (found, exact) in zip(logits, try Goldens.expected().ablated_logits[1].joined()) {
      #expect(abs(Double(found) - exact) < 5e-6)
    }
  }

  @Test(
    "As halves it takes half the bytes, and computes what the rounded weights compute",
    arguments: InstructionSet.available)
  func halves(_ set: InstructionSet) throws {
    let backend = try CPUBackend(instructionSet: set)
    let scratch = try ScratchDirectory()
    let single = scratch.url.appending(path: "single"), half = scratch.url.appending(path: "half")
    var pruned = try BertClassifier.toy(layers: 3, backend).removing(layers: [0])
    try pruned.write(to: single, tokenizerSource: nil, backend: backend)
    try pruned.write(to: half, precision: .f16, tokenizerSource: nil, backend: backend)
    let stored = try Checkpoint(modelDirectory: half)
    #expect(stored.names.allSatisfy { stored.dtype(of: $0) == .f16 })
    #expect(try 2 * stored.parameterBytes == Checkpoint(modelDirectory: single).parameterBytes)

    let data = TokenizedText.toy(40, seed: 2)
    let exact = try Evaluator.predictions(try PackedClassifier(pruned, backend: backend), data)
    let found = try Evaluator.predictions(try PackedClassifier(checkpoint: stored, backend: backend), data)
    // Weights are off by at most 2⁻¹¹ of themselves.
    let size = exact.logits.reduce(Float(0)) { max($0, abs($1)) }
    for (a, b) in zip(found.logits, exact.logits) { #expect(abs(a - b) < 0.01 * size) }
    #expect(found.logits != exact.logits)

    for name in pruned.parameters.names {
      let tensor = pruned.parameters[name]
      let rounded = try stored.floats(name)
      for (value, exact) in zip(rounded, try backend.read(tensor)) {
        #expect(abs(value - exact) <= max(0x1p-25, 0x1p-11 * abs(exact)))
      }
      pruned.parameters[name] = try backend.upload(rounded, shape: tensor.shape)
    }
    let rounded = try Evaluator.predictions(try PackedClassifier(pruned, backend: backend), data)
    for (a, b) in zip(found.logits, rounded.logits) { #expect(abs(a - b) <= 1e-6 * max(1, size)) }
  }
}
