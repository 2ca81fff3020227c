import Bert
import Compute
import Foundation
import TestSupport
import Testing

/// The tiny model against PyTorch's figures (Goldens/MANIFEST.md). PyTorch's own F32 differs from them by up to 1e-6.
@Suite("The model equals PyTorch's") struct ModelGoldenTests {
  static let backends: [CPUBackend] = InstructionSet.available.flatMap { set in
    [1, 2].compactMap { try? CPUBackend(instructionSet: set, threadCount: $0) }
  }

  @Test(arguments: backends)
  func logitsLossAndGradients(_ backend: CPUBackend) throws {
    let batch = try Goldens.batch(), expected = try Goldens.expected()
    let checkpoint = try Checkpoint(modelDirectory: Goldens.url("tiny-bert"))
    let model = try BertClassifier(checkpoint: checkpoint, seed: 1, backend: backend)
    var tape = Tape(backend: backend)
    let logits = try model.logits(try EncoderInput(batch), on: &tape)
    #expect(try largestDifference(backend.read(logits.tensor), expected.logits.flatMap { $0 }) < 5e-6)
    let loss = try tape.crossEntropy(logits, labels: batch.labels)
    #expect(try abs(Double(backend.read(loss.tensor)[0]) - expected.loss) < 2e-6)
    let gradients = try tape.backward(from: loss)
    let file = try SafetensorsFile(url: Goldens.url("gradients.safetensors"))
    #expect(Set(gradients.byName.keys) == Set(file.entries.map(\.name)))
    for entry in file.entries {
      let golden = try file.floats(of: entry.name)
      let gradient = try #require(gradients.byName[entry.name])
      #expect(gradient.shape.dimensions == entry.shape)
      // The exact gradient of a key bias is zero; rounding is relative to the larger terms that cancel there.
      let scale = golden.reduce(1e-2) { max($0, abs($1)) }
      let difference = try largestDifference(backend.read(gradient), golden.map(Double.init))
      #expect(difference < 1e-5 * Double(scale), "\(entry.name) on \(backend.name)")
    }
  }

  @Test(arguments: backends)
  func inferenceAndAblation(_ backend: CPUBackend) throws {
    let batch = try Goldens.batch(), expected = try Goldens.expected()
    let model = try PackedClassifier(
      checkpoint: try Checkpoint(modelDirectory: Goldens.url("tiny-bert")), backend: backend)
    let whole = try EncoderInput(batch)
    #expect(try largestDifference(model.logits(whole), expected.logits.flatMap { $0 }) < 5e-6)
    var hidden = try model.embeddings(whole)
    for layer in 0..<3 {
      let ablated = try model.logits(of: hidden, from: layer + 1, layout: whole.layout)
      #expect(largestDifference(ablated, expected.ablated_logits[layer].flatMap { $0 }) < 5e-6, "layer \(layer)")
      hidden = try model.layer(layer, hidden, layout: whole.layout)
    }
    // A sentence alone gives the very bits that it gives among others.
    let together = try model.logits(whole)
    for (row, sentence) in batch.sentences.enumerated() {
      let alone = try model.logits(try EncoderInput(GoldenBatch(sentences: [sentence], labels: [0])))
      #expect(alone == Array(together[row * 3..<row * 3 + 3]), "sentence \(row) on \(backend.name)")
    }
  }

  @Test(arguments: ["gelu_new", "relu"])
  func otherActivations(_ name: String) throws {
    let batch = try Goldens.batch(), expected = try Goldens.expected()
    let scratch = try ScratchDirectory()
    for (file, source) in [("config.json", "tiny-bert-\(name)"), ("model.safetensors", "tiny-bert")] {
      try FileManager.default.copyItem(
        at: Goldens.url(source).appending(path: file), to: scratch.url.appending(path: file))
    }
    let model = try PackedClassifier(
      checkpoint: try Checkpoint(modelDirectory: scratch.url), backend: try CPUBackend())
    let golden = name == "relu" ? expected.relu_logits : expected.gelu_new_logits
    #expect(try largestDifference(model.logits(try EncoderInput(batch)), golden.flatMap { $0 }) < 5e-6)
  }

  @Test(arguments: backends)
  func halfWeights(_ backend: CPUBackend) throws {
    let batch = try Goldens.batch(), expected = try Goldens.expected()
    let scratch = try ScratchDirectory()
    let checkpoint = try Checkpoint(modelDirectory: Goldens.url("tiny-bert"))
    let model = try BertClassifier(checkpoint: checkpoint, seed: 1, backend: backend)
    let directory = scratch.url.appending(path: "half")
    try model.write(to: directory, precision: .f16, tokenizerSource: nil, backend: backend)
    let half = try Checkpoint(modelDirectory: directory)
    #expect(half.parameterBytes * 2 == checkpoint.parameterBytes)
    let packed = try PackedClassifier(checkpoint: half, backend: backend)
    #expect(
      try largestDifference(packed.logits(try EncoderInput(batch)), expected.half_weights_logits.flatMap { $0 }) < 5e-6)
  }
}

func largestDifference(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
}
