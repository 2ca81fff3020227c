import Bert
import Compute
import Foundation
import TestSupport
import Testing

@Suite("A model with fake quantisation") struct FakeQuantizationTests {
  static let schemes: [FakeQuantization] = [
    FakeQuantization(weights: .int8), FakeQuantization(weights: .int8, embeddings: nil),
    FakeQuantization(weights: .int8, activations: .perTensor(decay: 0.9)),
    FakeQuantization(weights: .int4(groupSize: 8)),
    FakeQuantization(weights: .int4(groupSize: 7), embeddings: .int4(groupSize: 24)),
  ]

  static func tiny(_ backend: any Backend) throws -> BertClassifier {
    try BertClassifier(checkpoint: try Checkpoint(modelDirectory: Goldens.tinyBert), seed: 1, backend: backend)
  }

  private func input(_ sentences: [[Int32]]) throws -> EncoderInput {
    try EncoderInput(
      tokens: TokenIndices(
        words: sentences.flatMap { $0 }, positions: sentences.flatMap { 0..<Int32($0.count) },
        types: sentences.flatMap { $0.map { _ in 0 } }),
      layout: SequenceLayout(offsets: sentences.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }))
  }

  private func sentences(_ count: Int, seed: UInt64) -> [[Int32]] { Toy.sentences(count, seed: seed).map(\.ids) }

  /// The static ranges of some batches.
  private func calibrated(_ model: BertClassifier, _ scheme: FakeQuantization, _ backend: any Backend) throws
    -> BertClassifier
  {
    var model = model
    model.fakeQuantization = scheme
    guard let decay = scheme.rangeDecay else { return model }
    for seed in 1...3 as ClosedRange<UInt64> {
      var tape = Tape(backend: backend, isRecording: false, isObserving: true)
      _ = try model.logits(try input(sentences(20, seed: seed)), on: &tape)
      model.activationRanges.update(tape.observations, decay: decay)
    }
    return model
  }

  @Test("Operations equal PyTorch's bit for bit", arguments: ModelGoldenTests.backends)
  func operations(_ backend: CPUBackend) throws {
    for (name, golden) in try QuantizationGoldens.load().operations {
      let grid: QuantizationGrid =
        if let step = golden.step { .step(step) } else if let size = golden.group { .groups(of: size) } else { .rows }
      var tape = Tape(backend: backend)
      let x = tape.parameter("x", try backend.upload(golden.x, shape: Shape(golden.shape)))
      let y = try tape.fakeQuantize(x, grid)
      #expect(try backend.read(y.tensor) == golden.y, "\(name)")
      let dy = try backend.upload(golden.dy, shape: Shape(golden.shape))
      let dx = try #require(try tape.backward(from: y, upstream: dy).byName["x"])
      #expect(try backend.read(dx) == golden.dx, "\(name)")
    }
  }

  @Test("Logits, loss and gradients equal PyTorch's", arguments: ModelGoldenTests.backends)
  func goldenModel(_ backend: CPUBackend) throws {
    let golden = try QuantizationGoldens.load().model
    let file = try SafetensorsFile(url: Goldens.url("quantization_gradients.safetensors"))
    let schemes: [(String, FakeQuantization, QuantizationGoldens.Figures)] = [
      ("int8_tokens", FakeQuantization(weights: .int8), golden.int8_tokens),
      ("int8_static", FakeQuantization(weights: .int8, activations: .perTensor(decay: 0.9)), golden.int8_static),
      ("int4_tokens", FakeQuantization(weights: .int4(groupSize: golden.group)), golden.int4_tokens),
    ]
    for (name, scheme, expected) in schemes {
      var model = try Self.tiny(backend)
      model.fakeQuantization = scheme
      if scheme.rangeDecay != nil { model.activationRanges = ActivationRanges(byName: golden.ranges) }
      for recomputes in [false, true] {
        var tape = Tape(backend: backend)
        let logits = try model.logits(try input(golden.ids), on: &tape, recomputesLayers: recomputes)
        #expect(largestDifference(try backend.read(logits.tensor), expected.logits.flatMap { $0 }) < 5e-6, "\(name)")
        let loss = try tape.crossEntropy(logits, labels: golden.labels)
        #expect(abs(Double(try backend.read(loss.tensor)[0]) - expected.loss) < 2e-6, "\(name)")
        let gradients = try tape.backward(from: loss)
        #expect(Set(gradients.byName.keys) == Set(model.parameters.names))
        for entry in file.entries where entry.name.hasPrefix(name + "/") {
          let gradient = try #require(gradients.byName[String(entry.name.dropFirst(name.count + 1))])
          let exact = try file.floats(of: entry.name)
          let scale = exact.reduce(1e-2) { max($0, abs($1)) }
          let difference = largestDifference(try backend.read(gradient), exact.map(Double.init))
          #expect(difference < 1e-5 * Double(scale), "\(entry.name) on \(backend.name)")
        }
      }
    }
  }

  /// They would be some tenths apart without the rounding.
  @Test("The integer model says the same", arguments: ModelGoldenTests.backends)
  func integerModel(_ backend: CPUBackend) throws {
    for scheme in [Self.schemes[0], Self.schemes[2]] {
      let model = try calibrated(try Self.tiny(backend), scheme, backend)
      let integer = try IntegerClassifier(model, backend: backend)
      let fake = try FakeQuantizedClassifier(model, backend: backend)
      let plain = try PackedClassifier(try Self.tiny(backend), backend: backend)
      var (close, far, apart) = (0, 0, 0)
      for sentence in sentences(100, seed: 9) {
        let input = try input([sentence])
        let said = try fake.logits(input)
        let difference = largestDifference(try integer.logits(input), said.map(Double.init))
        if difference < 1e-5 { close += 1 }
        if difference > 0.05 { far += 1 }
        if largestDifference(try plain.logits(input), said.map(Double.init)) > 0.005 { apart += 1 }
      }
      // A value at the border of two steps may fall to either side: one step, and what follows from it.
      #expect(close >= 60 && far == 0 && apart >= 60, "\(scheme) on \(backend.name): \(close), \(far), \(apart)")
    }
  }

  @Test("Evaluated at once, recomputed, and by other numbers of threads: the same bits", arguments: Self.schemes)
  func sameBits(_ scheme: FakeQuantization) throws {
    let batch = sentences(30, seed: 5)
    var results: [[Float]] = []
    for threadCount in [1, 2, 3] {
      let backend = try CPUBackend(threadCount: threadCount)
      let model = try calibrated(try Self.tiny(backend), scheme, backend)
      results.append(try FakeQuantizedClassifier(model, backend: backend).logits(try input(batch)))
      for recomputes in [false, true] {
        var tape = Tape(backend: backend, isObserving: true)
        let logits = try model.logits(try input(batch), on: &tape, recomputesLayers: recomputes)
        #expect(try backend.read(logits.tensor) == results[0], "\(threadCount) threads")
        let isStatic = scheme.rangeDecay != nil
        #expect(tape.observations.count == (isStatic ? 3 * 4 + 1 : 0))
        #expect(tape.observations.keys.contains("bert.encoder.layer.1.attention.self") == isStatic)
      }
      results.append(try FakeQuantizedClassifier(model, backend: backend).logits(try input(batch)))
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test("A sentence's logits don't depend on its neighbours", arguments: Self.schemes)
  func neighbours(_ scheme: FakeQuantization) throws {
    let backend = try CPUBackend()
    let model = try FakeQuantizedClassifier(
      try calibrated(try Self.tiny(backend), scheme, backend), backend: backend)
    let batch = sentences(10, seed: 6)
    let together = try model.logits(try input(batch))
    #expect(try batch.flatMap { try model.logits(try input([$0])) } == together)
  }

  @Test func whatIsQuantised() throws {
    let backend = try CPUBackend()
    var model = try Self.tiny(backend)
    #expect(try model.quantizedParameters(on: backend).isEmpty)
    model.fakeQuantization = FakeQuantization(weights: .int4(groupSize: 8), embeddings: .int8)
    let quantized = try model.quantizedParameters(on: backend)
    #expect(quantized.count == 3 + 3 * 6 + 1)
    #expect(!quantized.contains { $0.name.contains("LayerNorm") || $0.name.hasSuffix("bias") })
    #expect(!quantized.contains { $0.name.hasPrefix("classifier") })
    for parameter in quantized {
      let isTable = parameter.name.hasPrefix("bert.embeddings.")
      #expect(parameter.matrix.groupCount == (isTable ? 1 : parameter.matrix.columns / 8))
      #expect(parameter.matrix.values.allSatisfy { (isTable ? -127...127 : -8...7).contains($0) })
      #expect(parameter.matrix.values.contains(isTable ? 127 : 7))
    }
    model.fakeQuantization?.embeddings = nil
    #expect(try model.quantizedParameters(on: backend).count == 3 * 6 + 1)
  }

  @Test func ranges() {
    var ranges = ActivationRanges()
    #expect(ranges.step("a") == nil)
    ranges.update(["a": 127, "b": 0, "c": .nan], decay: 0.75)
    #expect(ranges.byName == ["a": 127, "b": 0])
    #expect(ranges.step("a") == 1 && ranges.step("b") == 1)
    ranges.update(["a": 255, "c": .infinity], decay: 0.75)
    #expect(ranges.byName == ["a": 159, "b": 0])
    #expect(ranges.step("a") == Float(159.0 / 127))
  }

  @Test("The first batch is rounded by its own range") func firstBatch() throws {
    let backend = try CPUBackend()
    var model = try Self.tiny(backend)
    model.fakeQuantization = FakeQuantization(weights: .int8, activations: .perTensor(decay: 0.9))
    let batch = try input(sentences(5, seed: 8))
    var tape = Tape(backend: backend, isRecording: false, isObserving: true)
    let first = try backend.read(model.logits(batch, on: &tape).tensor)
    let unobserved = try FakeQuantizedClassifier(model, backend: backend).logits(batch)
    model.activationRanges.update(tape.observations, decay: 0.9)
    #expect(try FakeQuantizedClassifier(model, backend: backend).logits(batch) == first && unobserved == first)
  }
}
