import Bert
import Compression
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("A model that was trained to be rounded, in integers") struct TrainedModelTests {
  private static let schemes = [QuantizationScheme.int8QAT, .int4QAT]

  private let scratch: ScratchDirectory
  private let backend: CPUBackend

  init() throws {
    scratch = try ScratchDirectory()
    try scratch.write("[PAD]\n", "vocab.txt")
    backend = try CPUBackend(threadCount: 2)
  }

  /// Trained a little, so that it has something to say.
  private func trained(_ scheme: QuantizationScheme) throws -> BertClassifier {
    let configuration = TrainingConfiguration(
      numTrainEpochs: 6, trainBatchSize: 8, learningRate: 2e-3, seed: 5, fakeQuantization: scheme.fakeQuantization)
    return try Trainer(configuration: configuration, backend: backend)
      .train(try .toy(layers: 2, width: 64, backend), on: .toy(160, seed: 1), selection: nil).model
  }

  private func write(_ model: BertClassifier, by scheme: QuantizationScheme, _ name: String) throws -> Checkpoint {
    let directory = scratch.url.appending(path: name)
    try ModelQuantizer(scheme: scheme).quantize(
      model, to: directory, tokenizerSource: scratch.url, backend: backend)
    return try Checkpoint(modelDirectory: directory)
  }

  @Test("Values times scales are the floats of the training, bit for bit", arguments: schemes)
  func exact(_ scheme: QuantizationScheme) throws {
    let model = try trained(scheme)
    let checkpoint = try write(model, by: scheme, "quantised")
    try checkpoint.validate(requireClassifier: true)
    try checkpoint.validateValues()
    #expect(checkpoint.names == model.parameters.names && checkpoint.unusedNames.isEmpty)
    #expect(checkpoint.configuration.quantization == scheme.configuration)
    #expect(checkpoint.configuration.id2label == model.configuration.id2label)
    #expect(try scratch.entries("quantised") == ["config.json", "model.safetensors", "vocab.txt"])
    var (quantized, fourBit) = (0, 0)
    for name in checkpoint.names {
      guard let grid = model.fakeQuantization?.grid(ofParameter: name) else {
        #expect(try checkpoint.floats(name) == backend.read(model.parameters[name]), "\(name)")
        continue
      }
      quantized += 1
      let fake = try backend.fakeQuantize(model.parameters[name], grid)
      let (floats, steps) = (try backend.read(fake.output), try backend.read(fake.steps))
      // Equal as numbers: a fake-quantised -0 is the whole number 0.
      if let groups = try checkpoint.fourBitGroups(name) {
        fourBit += 1
        #expect(groups.dequantized() == floats, "\(name)")
        #expect(groups.scales == steps && groups.zeroPoints.allSatisfy { $0 == 8 }, "\(name)")
        // Those that kernels multiply by.
        let values = try #require(try groups.progressive())
        #expect(products(values) == floats, "\(name)")
      } else {
        let rows = try #require(try checkpoint.quantizedRows(name))
        #expect(rows.dequantized() == floats && rows.scales == steps, "\(name)")
      }
    }
    #expect(quantized == 3 + 2 * 6 + 1 && fourBit == (scheme == .int4QAT ? 2 * 6 + 1 : 0))
  }

  /// The whole numbers of the integer product times their row's step.
  private func products(_ values: FourBitValues) -> [Float] {
    let groups = values.columns / values.group
    return values.bytes.withBytes { bytes in
      (0..<values.rows * values.columns).map { index in
        let byte = Int(bytes.withUnsafeBytes { $0[index / 2] })
        let group = index / values.group
        let value = index.isMultiple(of: 2) ? byte & 15 : byte >> 4
        return Float(value * Int(values.multipliers[group]) - Int(values.offsets[group]))
          * values.scales[group / groups]
      }
    }
  }

  @Test("Rows of zeros, of tiny numbers and of one sign", arguments: schemes)
  func unusualRows(_ scheme: QuantizationScheme) throws {
    var model = try BertClassifier.toy(layers: 1, width: 64, backend)
    model.fakeQuantization = scheme.fakeQuantization
    let name = "bert.encoder.layer.0.output.dense.weight"
    var values = try backend.read(model.parameters[name])
    for column in 0..<128 {
      values[column] = 0
      values[128 + column] = 0x1p-133
      values[256 + column] *= 1e-7
      values[384 + column] = abs(values[384 + column])
      values[512 + column] *= column < 64 ? 1e-6 : 1e5
    }
    model.parameters[name] = try backend.upload(values, shape: model.parameters[name].shape)
    let checkpoint = try write(model, by: scheme, "unusual")
    try checkpoint.validateValues()
    let grid = try #require(model.fakeQuantization?.grid(ofParameter: name))
    let floats = try backend.read(try backend.fakeQuantize(model.parameters[name], grid).output)
    let stored = try checkpoint.fourBitGroups(name)?.dequantized() ?? checkpoint.quantizedRows(name)?.dequantized()
    #expect(stored == floats)
    #expect(floats[..<256].allSatisfy { $0.magnitude < 0x1p-130 } && floats[512...].contains { $0 > 1e3 })
    _ = try PackedClassifier(checkpoint: checkpoint, backend: backend)
  }

  @Test("The integers say what the training said", arguments: schemes)
  func predictions(_ scheme: QuantizationScheme) throws {
    let model = try trained(scheme)
    let integers = try PackedClassifier(checkpoint: try write(model, by: scheme, "quantised"), backend: backend)
    let data = TokenizedText.toy(400, seed: 9)
    let fake = try Evaluator.predictions(try FakeQuantizedClassifier(model, backend: backend), data)
    let converted = try Evaluator.predictions(integers, data)
    #expect(fake.accuracy > 0.8, "\(fake.accuracy)")
    #expect(zip(fake.classes, converted.classes).count { $0 != $1 } <= 2)
    let errors = zip(fake.logits, converted.logits).map { abs($0 - $1) }.sorted()
    #expect(errors[errors.count / 2] < 1e-2, "median \(errors[errors.count / 2])")
  }

  @Test(arguments: schemes) func sameBytesForAnyNumberOfThreads(_ scheme: QuantizationScheme) throws {
    let model = try trained(scheme)
    _ = try write(model, by: scheme, "two")
    try ModelQuantizer(scheme: scheme).quantize(
      model, to: scratch.url.appending(path: "one"), tokenizerSource: nil, backend: try CPUBackend(threadCount: 1))
    let files = try ["one", "two"].map { try Data(contentsOf: scratch.url.appending(path: "\($0)/model.safetensors")) }
    #expect(files[0] == files[1])
  }

  @Test("What was trained otherwise, or not at all, is refused, and nothing is written", arguments: schemes)
  func refused(_ scheme: QuantizationScheme) throws {
    var model = try BertClassifier.toy(layers: 1, width: 64, backend)
    let others: [FakeQuantization?] = [
      nil, FakeQuantization(weights: .int4(groupSize: 8)), FakeQuantization(weights: .int8, embeddings: nil),
      FakeQuantization(weights: .int8, activations: .perTensor(decay: 0.9)),
    ]
    for other in others + Self.schemes.filter({ $0 != scheme }).map(\.fakeQuantization) {
      model.fakeQuantization = other
      #expect(throws: CompressionError.notTrained(scheme: scheme.rawValue)) { try write(model, by: scheme, "refused") }
    }
    model.fakeQuantization = scheme.fakeQuantization
    #expect(throws: CompressionError.notTrained(scheme: "int8-ptq-dynamic")) {
      try ModelQuantizer(scheme: .int8PTQDynamic).quantize(
        model, to: scratch.url.appending(path: "refused"), tokenizerSource: nil, backend: backend)
    }
    let message = scratch.message {
      try ModelQuantizer(scheme: scheme).quantize(
        try Checkpoint(modelDirectory: Goldens.tinyBert), to: scratch.url.appending(path: "refused"))
    }
    #expect(
      message == "\(scheme.rawValue) trains the model, which needs labelled sentences: run a recipe with "
        + "'quantize: [\(scheme.rawValue)]', whose key 'qat' says how it is trained")
    let name = "bert.pooler.dense.weight"
    let shape = model.parameters[name].shape
    var values = try backend.read(model.parameters[name])
    values[3] = .nan
    model.parameters[name] = try backend.upload(values, shape: shape)
    #expect(throws: TensorError.self) { try write(model, by: scheme, "refused") }
    #expect(try scratch.entries() == ["vocab.txt"])
  }

  @Test("In a reduced range too, by the training and by the integers") func reducedRange() throws {
    let rounding = try #require(QuantizationScheme.int8QAT.fakeQuantization(reducesRange: true))
    #expect(rounding != QuantizationScheme.int8QAT.fakeQuantization)
    let configuration = TrainingConfiguration(
      numTrainEpochs: 6, trainBatchSize: 8, learningRate: 2e-3, seed: 5, fakeQuantization: rounding)
    let model = try Trainer(configuration: configuration, backend: backend)
      .train(try .toy(layers: 2, width: 64, backend), on: .toy(160, seed: 1), selection: nil).model
    let directory = scratch.url.appending(path: "quantised")
    let quantizer = ModelQuantizer(scheme: .int8QAT, quantizer: WeightQuantizer(reducesRange: true))
    try quantizer.quantize(model, to: directory, tokenizerSource: scratch.url, backend: backend)
    let checkpoint = try Checkpoint(modelDirectory: directory)
    try checkpoint.validateValues()
    for name in checkpoint.names {
      guard let grid = rounding.grid(ofParameter: name), let rows = try checkpoint.quantizedRows(name) else { continue }
      let isTable = name.contains("embeddings")
      #expect(grid == (isTable ? .rows : .reducedRows), "\(name)")
      #expect(
        try rows.dequantized() == backend.read(backend.fakeQuantize(model.parameters[name], grid).output), "\(name)")
      let values = rows.bytes.withBytes { bytes in bytes.withUnsafeBytes { $0.map { Int8(bitPattern: $0) } } }
      #expect(values.map(\.magnitude).max() == (isTable ? 127 : 64), "\(name)")
    }
    let data = TokenizedText.toy(400, seed: 9)
    let fake = try Evaluator.predictions(try FakeQuantizedClassifier(model, backend: backend), data)
    let converted = try Evaluator.predictions(try PackedClassifier(checkpoint: checkpoint, backend: backend), data)
    #expect(fake.accuracy > 0.8 && zip(fake.classes, converted.classes).count { $0 != $1 } <= 2)
    // What was trained for one range isn't rounded to the other.
    #expect(throws: CompressionError.notTrained(scheme: "int8-qat")) { try write(model, by: .int8QAT, "refused") }
  }

  @Test("Weights that half precision has no scales for, and widths that aren't whole groups") func cannotBeStored()
    throws
  {
    var model = try BertClassifier.toy(layers: 1, width: 64, backend)
    model.fakeQuantization = QuantizationScheme.int4QAT.fakeQuantization
    let name = "bert.pooler.dense.weight"
    var values = try backend.read(model.parameters[name])
    values[70] = 1e6
    model.parameters[name] = try backend.upload(values, shape: model.parameters[name].shape)
    #expect(throws: TensorError.notFinite(op: "quantise")) { try write(model, by: .int4QAT, "refused") }
    var narrow = try BertClassifier.toy(layers: 1, width: 96, backend)
    narrow.fakeQuantization = QuantizationScheme.int4QAT.fakeQuantization
    let message = scratch.message { _ = try write(narrow, by: .int4QAT, "refused") } ?? ""
    #expect(message.contains("query.weight"), "\(message)")
    #expect(message.hasSuffix("a multiple of 32 columns that divides its 96 columns, found groups of 64"), "\(message)")
    #expect(try scratch.entries() == ["vocab.txt"])
    try QuantizationScheme.int4.checkWidths(of: narrow.configuration, FourBitOptions(group: 32), path: "model")
    for codebook in FourBitOptions.Codebook.allCases {
      #expect(throws: BertError.self) {
        try QuantizationScheme.int4.checkWidths(
          of: narrow.configuration, FourBitOptions(group: 64, codebook: codebook), path: "model")
      }
    }
    for scheme in QuantizationScheme.allCases where scheme.weightFormat == "INT8" {
      try scheme.checkWidths(of: narrow.configuration, path: "model")
    }
  }
}
