import Bert
import Compression
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("A model that was trained to be rounded, in integers") struct TrainedModelTests {
  private let scratch: ScratchDirectory
  private let backend: CPUBackend

  init() throws {
    scratch = try ScratchDirectory()
    try scratch.write("[PAD]\n", "vocab.txt")
    backend = try CPUBackend(threadCount: 2)
  }

  /// Trained a little, so that it has something to say.
  private func trained(_ fakeQuantization: FakeQuantization?) throws -> BertClassifier {
    let configuration = TrainingConfiguration(
      numTrainEpochs: 6, trainBatchSize: 8, learningRate: 2e-3, seed: 5, fakeQuantization: fakeQuantization)
    return try Trainer(configuration: configuration, backend: backend)
      .train(try .toy(layers: 2, backend), on: .toy(160, seed: 1), selection: nil).model
  }

  private func write(_ model: BertClassifier, _ name: String) throws -> Checkpoint {
    let directory = scratch.url.appending(path: name)
    try ModelQuantizer(scheme: .int8QAT).quantize(
      model, to: directory, tokenizerSource: scratch.url, backend: backend)
    return try Checkpoint(modelDirectory: directory)
  }

  @Test("Values times scales are the floats of the training, bit for bit") func exact() throws {
    let model = try trained(QuantizationScheme.int8QAT.fakeQuantization)
    let checkpoint = try write(model, "int8")
    try checkpoint.validate(requireClassifier: true)
    try checkpoint.validateValues()
    #expect(checkpoint.names == model.parameters.names && checkpoint.unusedNames.isEmpty)
    #expect(checkpoint.configuration.quantization == QuantizationScheme.int8QAT.configuration)
    #expect(checkpoint.configuration.id2label == model.configuration.id2label)
    #expect(try scratch.entries("int8") == ["config.json", "model.safetensors", "vocab.txt"])
    var quantized = 0
    for name in checkpoint.names {
      guard let grid = model.fakeQuantization?.grid(ofParameter: name) else {
        #expect(try checkpoint.floats(name) == backend.read(model.parameters[name]), "\(name)")
        continue
      }
      quantized += 1
      let rows = try #require(try checkpoint.quantizedRows(name))
      let fake = try backend.fakeQuantize(model.parameters[name], grid)
      // Equal as numbers: a fake-quantised -0 is the whole number 0.
      #expect(try rows.dequantized() == backend.read(fake.output), "\(name)")
      #expect(try rows.scales == backend.read(fake.steps), "\(name)")
    }
    #expect(quantized == 3 + 2 * 6 + 1)
  }

  @Test("The integers say what the training said") func predictions() throws {
    let model = try trained(QuantizationScheme.int8QAT.fakeQuantization)
    let integers = try PackedClassifier(checkpoint: try write(model, "int8"), backend: backend)
    let data = TokenizedText.toy(400, seed: 9)
    let fake = try Evaluator.predictions(try FakeQuantizedClassifier(model, backend: backend), data)
    let converted = try Evaluator.predictions(integers, data)
    #expect(fake.accuracy > 0.8, "\(fake.accuracy)")
    #expect(zip(fake.classes, converted.classes).count { $0 != $1 } <= 2)
    let errors = zip(fake.logits, converted.logits).map { abs($0 - $1) }.sorted()
    #expect(errors[errors.count / 2] < 1e-2, "median \(errors[errors.count / 2])")
  }

  @Test func sameBytesForAnyNumberOfThreads() throws {
    let model = try trained(QuantizationScheme.int8QAT.fakeQuantization)
    _ = try write(model, "two")
    try ModelQuantizer(scheme: .int8QAT).quantize(
      model, to: scratch.url.appending(path: "one"), tokenizerSource: nil, backend: try CPUBackend(threadCount: 1))
    let files = try ["one", "two"].map { try Data(contentsOf: scratch.url.appending(path: "\($0)/model.safetensors")) }
    #expect(files[0] == files[1])
  }

  @Test("What was trained otherwise, or not at all, is refused, and nothing is written")
  func refused() throws {
    var model = try BertClassifier.toy(layers: 1, backend)
    let others: [FakeQuantization?] = [
      nil, FakeQuantization(weights: .int4(groupSize: 8)), FakeQuantization(weights: .int8, embeddings: nil),
      FakeQuantization(weights: .int8, activations: .perTensor(decay: 0.9)),
    ]
    for other in others {
      model.fakeQuantization = other
      #expect(throws: CompressionError.notTrained(scheme: "int8-qat")) { try write(model, "int8") }
    }
    model.fakeQuantization = QuantizationScheme.int8QAT.fakeQuantization
    #expect(throws: CompressionError.notTrained(scheme: "int8-ptq-dynamic")) {
      try ModelQuantizer(scheme: .int8PTQDynamic).quantize(
        model, to: scratch.url.appending(path: "int8"), tokenizerSource: nil, backend: backend)
    }
    let message = scratch.message {
      try ModelQuantizer(scheme: .int8QAT).quantize(
        try Checkpoint(modelDirectory: Goldens.tinyBert), to: scratch.url.appending(path: "int8"))
    }
    #expect(
      message == "int8-qat trains the model, which needs labelled sentences: run a recipe with "
        + "'quantize: [int8-qat]', whose key 'qat' says how it is trained")
    let name = "bert.pooler.dense.weight"
    let shape = model.parameters[name].shape
    var values = try backend.read(model.parameters[name])
    values[3] = .nan
    model.parameters[name] = try backend.upload(values, shape: shape)
    #expect(throws: TensorError.self) { try write(model, "int8") }
    #expect(try scratch.entries() == ["vocab.txt"])
  }
}
