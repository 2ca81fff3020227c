import Bert
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("AdamW") struct AdamWTests {
  private static let names = ["dense.weight", "dense.bias", "LayerNorm.weight", "LayerNorm.bias", "unused.weight"]

  private func store(_ backend: CPUBackend) throws -> ParameterStore {
    ParameterStore(
      try Self.names.enumerated().map { index, name in
        (name, try backend.upload([1 + Float(index), -0.5], shape: Shape([2])))
      })
  }

  /// Of each parameter but the last, which no gradient reaches.
  private func gradients(_ scale: Float, _ backend: CPUBackend) throws -> Gradients {
    var gradients = Gradients()
    for (index, name) in Self.names.dropLast().enumerated() {
      gradients.byName[name] = try backend.upload([scale * Float(index + 1), -2 * scale], shape: Shape([2]))
    }
    return gradients
  }

  /// Algorithm 2 of Loshchilov and Hutter in Double, epsilon outside the root.
  private struct ByHand {
    var w: Double
    var m = 0.0
    var v = 0.0

    mutating func step(_ g: Double, rate: Double, decay: Double, number: Int) {
      w -= rate * decay * w
      m = 0.8 * m + 0.2 * g
      v = 0.95 * v + 0.05 * g * g
      w -= rate * (m / (1 - pow(0.8, Double(number)))) / ((v / (1 - pow(0.95, Double(number)))).squareRoot() + 1e-3)
    }
  }

  @Test(
    "Three steps are those of the formula; biases, LayerNorm and what has no gradient do not decay",
    arguments: [0, 2.5])
  func byHand(_ maxGradNorm: Double) throws {
    let backend = try CPUBackend()
    let settings = TrainingConfiguration(
      weightDecay: 0.3, maxGradNorm: maxGradNorm, adamBeta1: 0.8, adamBeta2: 0.95, adamEpsilon: 1e-3)
    var parameters = try store(backend)
    var optimizer = try AdamW(settings, for: parameters, backend: backend)
    var exact = Self.names.indices.map { [ByHand(w: 1 + Double($0)), ByHand(w: -0.5)] }
    for number in 1...3 {
      // Sums over two batches, so the gradient proper is half of it.
      let scale = Float(number), rate = 0.1 / Double(number)
      let norm = try optimizer.update(
        &parameters, gradients: try gradients(2 * scale, backend), batches: 2, learningRate: rate, backend: backend)
      let proper = (0..<4).map { [Double(scale) * Double($0 + 1), -2 * Double(scale)] }
      let exactNorm = proper.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - exactNorm) < 1e-6 * exactNorm)
      let clip = maxGradNorm > 0 ? min(1, maxGradNorm / (exactNorm + 1e-6)) : 1
      for (index, values) in proper.enumerated() {
        for (element, g) in values.enumerated() {
          exact[index][element].step(g * clip, rate: rate, decay: index == 0 ? 0.3 : 0, number: number)
        }
      }
      #expect(optimizer.step == number)
    }
    for (index, name) in Self.names.enumerated() {
      for (found, expected) in zip(try backend.read(parameters[name]), exact[index]) {
        #expect(abs(Double(found) - expected.w) < 1e-5, "\(name)")
      }
    }
  }

  @Test("Gradient norms and final logits of ten steps are PyTorch's", arguments: InstructionSet.available)
  func norms(_ set: InstructionSet) throws {
    let golden = try Goldens.batch(), expected = try Goldens.expected().training
    let backend = try CPUBackend(instructionSet: set)
    var model = try BertClassifier(
      checkpoint: try Checkpoint(modelDirectory: Goldens.tinyBert), seed: 1, backend: backend)
    let data = TokenizedText(
      encodings: golden.sentences.map { Encoding(ids: $0.ids, typeIDs: $0.types) }, labels: golden.labels)
    let input = try EncoderInput(data.batch([0, 1, 2, 3, 4]))
    var optimizer = try AdamW(
      TrainingConfiguration(weightDecay: expected.weight_decay, maxGradNorm: expected.clip_norm),
      for: model.parameters, backend: backend)
    for step in 0..<expected.steps {
      // A tape without random numbers has no dropout.
      var tape = Tape(backend: backend)
      let loss = try tape.crossEntropy(try model.logits(input, on: &tape), labels: golden.labels)
      let norm = try optimizer.update(
        &model.parameters, gradients: try tape.backward(from: loss), batches: 1,
        learningRate: expected.learning_rates[step], backend: backend)
      #expect(abs(norm - expected.gradient_norms[step]) < 1e-5 * expected.gradient_norms[step], "step \(step)")
    }
    let logits = try PackedClassifier(model, backend: backend).logits(input)
    for (found, exact) in zip(logits, expected.final_logits.joined()) { #expect(abs(Double(found) - exact) < 2e-5) }
  }

  @Test("Each layer's rate is the decay times that of the layer above; embeddings are the lowest") func layerwise()
    throws
  {
    let backend = try CPUBackend()
    let names = [
      "bert.embeddings.word_embeddings.weight", "bert.encoder.layer.0.output.dense.weight",
      "bert.encoder.layer.1.output.dense.weight", "bert.pooler.dense.weight", "classifier.weight",
    ]
    func moved(_ decay: Double?) throws -> [Float] {
      var parameters = ParameterStore(try names.map { ($0, try backend.upload([1], shape: Shape([1]))) })
      var gradients = Gradients()
      for name in names { gradients.byName[name] = try backend.upload([0.5], shape: Shape([1])) }
      var optimizer = try AdamW(
        TrainingConfiguration(layerwiseLrDecay: decay, weightDecay: 0), for: parameters, backend: backend)
      _ = try optimizer.update(&parameters, gradients: gradients, batches: 1, learningRate: 0.1, backend: backend)
      return try names.map { 1 - (try backend.read(parameters[$0])[0]) }
    }
    // The first step of Adam is the rate itself, whatever the gradient.
    for (found, exact) in zip(try moved(0.5), [0.0125, 0.025, 0.05, 0.1, 0.1]) {
      #expect(abs(Double(found) - exact) < 1e-6)
    }
    #expect(try moved(nil).allSatisfy { abs($0 - 0.1) < 1e-6 })
    #expect(try moved(1) == moved(nil))
  }
}
