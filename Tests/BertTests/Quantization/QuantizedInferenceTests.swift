import Bert
import Compute
import TestSupport
import Testing

/// The oracle is the float model of the very numbers that are stored: what differs comes from quantised activations.
@Suite("Inference over quantised weights") struct QuantizedInferenceTests {
  private static let backends = ModelGoldenTests.backends

  private func packed(_ model: QuantizedModel, _ backend: CPUBackend) throws -> PackedClassifier {
    try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: model.quantized), backend: backend)
  }

  private func floats(_ model: QuantizedModel, _ backend: CPUBackend) throws -> PackedClassifier {
    try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: model.floats), backend: backend)
  }

  /// Of the root mean square of `expected`.
  private func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
    var error = 0.0, power = 0.0
    for (x, y) in zip(found, expected) {
      error += Double(x - y) * Double(x - y)
      power += Double(y) * Double(y)
    }
    return found.count == expected.count ? (error / power).squareRoot() : .infinity
  }

  @Test(arguments: backends) func closeToTheSameNumbersAsFloats(_ backend: CPUBackend) throws {
    for scales in [SafetensorsDType.f32, .bf16] {
      let model = try QuantizedModel(scales: scales)
      let input = try QuantizedModel.input(24, seed: 5)
      let packed = try packed(model, backend), floats = try floats(model, backend)
      let rows = try backend.read(packed.embeddings(input)), expected = try backend.read(floats.embeddings(input))
      #expect(relativeError(rows, expected) < 1e-6, "\(backend.name)")
      let error = relativeError(try packed.logits(input), try floats.logits(input))
      #expect(error < 0.03, "\(backend.name)")
      // Were it 0, nothing would have been quantised.
      #expect(error > 1e-4, "\(backend.name)")
    }
  }

  @Test(
    "Where some of what is joined is quantised and some isn't",
    arguments: [
      ["classifier", "bert.encoder.layer.1.attention.self.query", "bert.embeddings.position_embeddings"],
      ["classifier", "Embedding"], ["classifier", "bert.pooler.dense"], [],
    ])
  func mixed(_ ignore: [String]) throws {
    let model = try QuantizedModel(QuantizationConfiguration(targets: [.linear, .embedding], ignore: ignore))
    let input = try QuantizedModel.input(8, seed: 6)
    for backend in Self.backends {
      let error = relativeError(try packed(model, backend).logits(input), try floats(model, backend).logits(input))
      #expect(error < 0.03, "\(backend.name)")
    }
  }

  @Test("Quantised tables before layers of floats give what floats give") func embeddingsAlone() throws {
    let model = try QuantizedModel(QuantizationConfiguration(targets: [.embedding], ignore: []))
    let input = try QuantizedModel.input(8, seed: 7)
    for backend in Self.backends {
      let error = relativeError(try packed(model, backend).logits(input), try floats(model, backend).logits(input))
      #expect(error < 1e-5, "\(backend.name)")
    }
  }

  @Test("Logits depend neither on threads nor on neighbours", arguments: InstructionSet.available)
  func independence(_ instructionSet: InstructionSet) throws {
    let model = try QuantizedModel()
    let input = try QuantizedModel.input(40, seed: 8)
    let expected = try packed(model, CPUBackend(instructionSet: instructionSet, threadCount: 1)).logits(input)
    for threads in [2, 3, 8] {
      let backend = try CPUBackend(instructionSet: instructionSet, threadCount: threads)
      let packed = try packed(model, backend)
      #expect(try packed.logits(input) == expected, "\(threads) threads")
      var alone: [Float] = []
      for row in 0..<input.layout.sequenceCount {
        let range = input.layout.offsets[row]..<input.layout.offsets[row + 1]
        alone += try packed.logits(
          EncoderInput(
            tokens: TokenIndices(
              words: Array(input.tokens.words[range]), positions: Array(input.tokens.positions[range]),
              types: Array(input.tokens.types[range])), layout: SequenceLayout(offsets: [0, range.count])))
      }
      #expect(alone == expected, "\(threads) threads, alone")
    }
  }

  @Test("All instruction sets give the same logits, to the last bit", arguments: [true, false])
  func instructionSets(isQuantized: Bool) throws {
    let model = try QuantizedModel()
    let input = try QuantizedModel.input(60, seed: 9)
    func logits(_ set: InstructionSet) throws -> [UInt32] {
      let backend = try CPUBackend(instructionSet: set, threadCount: 2)
      return try (isQuantized ? packed(model, backend) : floats(model, backend)).logits(input).map(\.bitPattern)
    }
    let scalar = try logits(.scalar)
    #expect(Set(scalar).count > 100)
    for set in InstructionSet.available { #expect(try logits(set) == scalar, "\(set)") }
  }

  @Test("Rows of zeros, and scales far from 1") func extremes() throws {
    let model = try QuantizedModel { name, values in
      for index in 0..<48 where name.hasSuffix("query.weight") || name.hasSuffix("word_embeddings.weight") {
        values[index] = 0
      }
      if name.hasSuffix("key.weight") { for index in 24..<48 { values[index] *= 1e-30 } }
    }
    let input = try QuantizedModel.input(12, seed: 10)
    for backend in Self.backends {
      let logits = try packed(model, backend).logits(input)
      #expect(!logits.contains { !$0.isFinite })
      #expect(relativeError(logits, try floats(model, backend).logits(input)) < 0.03, "\(backend.name)")
    }
  }
}
