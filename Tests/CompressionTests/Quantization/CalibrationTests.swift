import Bert
import Compression
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("Static quantisation") struct CalibrationTests {
  private let scratch: ScratchDirectory
  private let backend: CPUBackend

  init() throws {
    scratch = try ScratchDirectory()
    backend = try CPUBackend(threadCount: 2)
  }

  /// A model of two layers, on the disk; `change` sees its parameters.
  private func source(_ change: (String, inout [Float]) -> Void = { _, _ in }) throws -> Checkpoint {
    let model = try BertClassifier.toy(layers: 2, backend)
    let tensors = try model.parameters.names.map { name in
      var values = try backend.read(model.parameters[name])
      change(name, &values)
      return TensorToWrite(name: name, shape: Array(model.parameters[name].shape.dimensions), floats: values)
    }
    let directory = scratch.url.appending(path: "source", directoryHint: .isDirectory)
    try CheckpointWriter(configuration: model.configuration).write(tensors, to: directory)
    return try Checkpoint(modelDirectory: directory)
  }

  private func quantized(_ source: Checkpoint, _ calibration: Calibration, _ ranges: RangeChoice = .auto) throws
    -> Checkpoint
  {
    let directory = scratch.url.appending(path: "int8-\(ranges)", directoryHint: .isDirectory)
    try ModelQuantizer(scheme: .int8PTQ, ranges: ranges).quantize(source, to: directory, calibration: calibration)
    return try Checkpoint(modelDirectory: directory)
  }

  private func logits(_ checkpoint: Checkpoint, _ data: TokenizedText) throws -> [Float] {
    try Evaluator.predictions(try PackedClassifier(checkpoint: checkpoint, backend: backend), data).logits
  }

  private func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
    var error = 0.0, power = 0.0
    for (x, y) in zip(found, expected) {
      error += Double(x - y) * Double(x - y)
      power += Double(y) * Double(y)
    }
    return found.count == expected.count ? (error / power).squareRoot() : .infinity
  }

  @Test("What is written is read, and answers nearly as floats do", arguments: RangeChoice.allCases)
  func wholeWay(_ ranges: RangeChoice) throws {
    let source = try source()
    let calibration = try Calibration.measure(source, on: .toy(300, seed: 1), backend: backend)
    #expect(calibration.sentences == 300)
    let result = try quantized(source, calibration, ranges)
    try result.validate(requireClassifier: true)
    try result.validateValues()
    #expect(result.unusedNames.isEmpty && result.names == source.names)
    #expect(result.configuration.quantization.flatMap { QuantizationScheme($0) } == .int8PTQ)
    let inputs = calibration.ranges(ranges).mapValues(\.quantization)
    var sites: Set<String> = []
    for name in result.names {
      let site = name == "classifier.weight" ? nil : LinearSite.of(weight: name)
      #expect(try result.inputQuantization(name) == site.flatMap { inputs[$0] }, "\(name)")
      if let site { sites.insert(site) }
    }
    #expect(sites == Set(inputs.keys) && sites.count == 9)
    #expect(inputs.values.contains { $0.zeroPoint < -100 }, "of what a GELU gives nearly all is above zero")
    // Other sentences than those of the calibration.
    let data = TokenizedText.toy(200, seed: 2)
    let error = relativeError(try logits(result, data), try logits(source, data))
    #expect(error < 0.08 && error > 1e-4, "\(error)")
  }

  @Test("Histograms depend on the sentences alone") func independence() throws {
    let source = try source()
    let data = TokenizedText.toy(300, seed: 1)
    let first = try Calibration.measure(
      source, on: data, backend: try CPUBackend(instructionSet: .scalar, threadCount: 1))
    let second = try Calibration.measure(
      source, on: data, backend: try CPUBackend(instructionSet: .scalar, threadCount: 3))
    #expect(first.histograms == second.histograms)
    var reversed = data
    reversed = TokenizedText(encodings: data.encodings.reversed(), labels: data.labels.reversed())
    let third = try Calibration.measure(
      source, on: reversed, backend: try CPUBackend(instructionSet: .scalar, threadCount: 1))
    #expect(first.histograms == third.histograms)
    // What goes in: all tokens, but behind the last layer's attention the first of each sentence.
    let tokens = data.encodings.reduce(0) { $0 + $1.ids.count }
    #expect(
      first.histograms["bert.encoder.layer.0.output.dense"]?.count
        == UInt64(tokens * source.configuration.intermediateSize))
    #expect(first.histograms["bert.encoder.layer.1.attention.self"]?.count == UInt64(tokens * 24))
    #expect(first.histograms["bert.encoder.layer.1.attention.output.dense"]?.count == 300 * 24)
    #expect(first.histograms["bert.pooler.dense"]?.count == 300 * 24)
  }

  @Test("Watching changes nothing") func observing() throws {
    let model = try PackedClassifier(checkpoint: try source(), backend: backend)
    let data = TokenizedText.toy(8, seed: 3)
    let input = try EncoderInput(data.batch(Array(0..<8)))
    var sites: [String] = []
    let watched = try model.logits(input, observing: { (site, _) throws(TensorError) in sites.append(site) })
    #expect(try watched == model.logits(input))
    #expect(
      sites == [
        "bert.encoder.layer.0.attention.self", "bert.encoder.layer.0.attention.output.dense",
        "bert.encoder.layer.0.intermediate.dense", "bert.encoder.layer.0.output.dense",
        "bert.encoder.layer.1.attention.self", "bert.encoder.layer.1.attention.output.dense",
        "bert.encoder.layer.1.intermediate.dense", "bert.encoder.layer.1.output.dense", "bert.pooler.dense",
      ])
  }

  @Test("Folding moves outliers, and the floats' answers not by a bit", arguments: [0, 0.5, 1])
  func folding(_ strength: Double) throws {
    // Two channels of the values that are much larger than the others.
    let source = try source { name, values in
      guard name.hasSuffix("value.weight") else { return }
      for index in 0..<48 { values[24 * 5 + index] *= 60 }
    }
    let data = TokenizedText.toy(100, seed: 4)
    let plain = try Calibration.measure(source, on: data, backend: backend)
    let smooth = try Calibration.measure(source, on: data, smoothing: strength, backend: backend)
    let folding = try #require(smooth.folding)
    let tensors = try source.names.map { name in
      TensorToWrite(
        name: name, shape: source.shape(of: name) ?? [], floats: folding.folded(try source.floats(name), name))
    }
    let directory = scratch.url.appending(path: "folded", directoryHint: .isDirectory)
    try CheckpointWriter(configuration: source.configuration).write(tensors, to: directory)
    let folded = try Checkpoint(modelDirectory: directory)
    let expected = try logits(source, data)
    #expect(try logits(folded, data) == expected)
    let value = "bert.encoder.layer.0.attention.self.value.weight"
    #expect(try folded.floats(value) != source.floats(value))
    // Other inputs are what they were.
    let site = "bert.encoder.layer.0.attention.output.dense"
    for (name, histogram) in plain.histograms where !name.hasSuffix("attention.output.dense") {
      #expect(histogram == smooth.histograms[name], "\(name)")
    }
    let before = try #require(plain.ranges(.auto)[site]), after = try #require(smooth.ranges(.auto)[site])
    if strength == 1 { #expect(after.relativeError < 0.5 * before.relativeError) }
    let error = relativeError(try logits(try quantized(source, smooth), data), expected)
    #expect(error < 0.15, "\(error)")
  }

  @Test("A NaN or an infinity among the activations is named", arguments: [1e30, 3e38] as [Float])
  func notFinite(_ gain: Float) throws {
    let source = try source { name, values in
      if name.hasSuffix("layer.0.output.dense.weight") || name.hasSuffix("layer.0.intermediate.dense.weight") {
        for index in values.indices { values[index] = gain * (index.isMultiple(of: 3) ? 1 : -1) }
      }
    }
    let message = scratch.message {
      _ = try Calibration.measure(source, on: .toy(4, seed: 5), backend: backend)
    }
    #expect(
      message?.hasPrefix("calibration: expected finite numbers in 'bert.encoder.layer.") ?? false, "\(message ?? "")")
  }

  @Test func refusals() throws {
    let source = try source()
    for count in 0...1 {
      #expect(throws: CompressionError.calibrationTooSmall(sentences: count, fewest: 2)) {
        try Calibration.measure(source, on: .toy(count, seed: 6), backend: backend)
      }
    }
    let target = scratch.url.appending(path: "x")
    #expect(throws: CompressionError.notCalibrated(scheme: "int8-ptq", site: "bert.encoder.layer.0.attention.self")) {
      try ModelQuantizer(scheme: .int8PTQ).quantize(source, to: target)
    }
    let result = try quantized(source, try Calibration.measure(source, on: .toy(9, seed: 7), backend: backend))
    #expect(throws: BertError.alreadyQuantized(path: result.path)) {
      try Calibration.measure(result, on: .toy(9, seed: 7), backend: backend)
    }
    #expect(try !scratch.entries().contains("x"))
  }
}
