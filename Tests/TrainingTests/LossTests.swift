import Bert
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("The loss that is trained on") struct LossTests {
  /// log softmax(x / temperature).
  private func logSoftmax(_ x: [Double], _ temperature: Double = 1) -> [Double] {
    let logSum = log(x.reduce(0) { $0 + exp($1 / temperature) })
    return x.map { $0 / temperature - logSum }
  }

  /// The mean over sentences of (1 - α) Σ -t log p + α τ² KL(teacher_τ, model_τ), by the definitions.
  private func byHand(
    _ logits: [[Double]], _ labels: [Int32], smoothing: Double, teacher: [[Double]],
    _ distilled: DistillationConfiguration?
  ) -> Double {
    var total = 0.0
    for (row, x) in logits.enumerated() {
      let logP = logSoftmax(x)
      var hard = 0.0
      for k in x.indices {
        hard -= (smoothing / Double(x.count) + (k == Int(labels[row]) ? 1 - smoothing : 0)) * logP[k]
      }
      guard let distilled else {
        total += hard
        continue
      }
      let tau = distilled.temperature
      let p = logSoftmax(teacher[row], tau), q = logSoftmax(x, tau)
      let soft = tau * tau * zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
      total += (1 - distilled.alpha) * hard + distilled.alpha * soft
    }
    return total / Double(logits.count)
  }

  @Test(
    "It is the mean of smoothed cross entropy and distillation",
    arguments: [0, 0.2],
    [
      nil, DistillationConfiguration(temperature: 3, alpha: 0.3), DistillationConfiguration(temperature: 1, alpha: 1),
      DistillationConfiguration(temperature: 2, alpha: 0),
    ] as [DistillationConfiguration?])
  func value(_ smoothing: Double, _ distillation: DistillationConfiguration?) throws {
    let backend = try CPUBackend()
    let data = TokenizedText.toy(12, seed: 8)
    let model = try BertClassifier.toy(backend, dropout: 0)
    var random = SeededGenerator(state: 9)
    let teacher = random.floats(24, in: -3...3)
    let settings = TrainingConfiguration(
      numTrainEpochs: 1, trainBatchSize: 12, labelSmoothingFactor: smoothing, distillation: distillation)
    var losses: [Double] = []
    _ = try Trainer(configuration: settings, backend: backend)
      .train(model, on: data, selection: nil, teacher: .saying(teacher)) { losses.append($0.loss) }
    let logits = try Evaluator.predictions(try PackedClassifier(model, backend: backend), data).logits
    let expected = byHand(
      pairs(logits), data.labels, smoothing: smoothing, teacher: pairs(teacher), distillation)
    #expect(losses.count == 1)
    #expect(abs((losses.first ?? .nan) - expected) < 2e-6)
  }

  private func pairs(_ values: [Float]) -> [[Double]] {
    stride(from: 0, to: values.count, by: 2).map { [Double(values[$0]), Double(values[$0 + 1])] }
  }

  @Test("Label smoothing and its gradient are PyTorch's", arguments: InstructionSet.available)
  func smoothing(_ set: InstructionSet) throws {
    let golden = try Goldens.batch(), expected = try Goldens.expected()
    let backend = try CPUBackend(instructionSet: set)
    let model = try BertClassifier(
      checkpoint: try Checkpoint(modelDirectory: Goldens.tinyBert), seed: 1, backend: backend)
    let data = TokenizedText(
      encodings: golden.sentences.map { Encoding(ids: $0.ids, typeIDs: $0.types) }, labels: golden.labels)
    var tape = Tape(backend: backend)
    let logits = try model.logits(try EncoderInput(data.batch([0, 1, 2, 3, 4])), on: &tape)
    let loss = try tape.crossEntropy(logits, labels: golden.labels, smoothing: expected.label_smoothing)
    #expect(abs(Double(try backend.read(loss.tensor)[0]) - expected.smoothed_loss) < 2e-6)
    let gradients = try tape.backward(from: loss)
    let file = try SafetensorsFile(url: Goldens.url("smoothed_gradients.safetensors"))
    #expect(file.entries.count == 2)
    for entry in file.entries {
      let found = try backend.read(try #require(gradients.byName[entry.name]))
      for (value, exact) in zip(found, try file.floats(of: entry.name)) { #expect(abs(value - exact) < 2e-6) }
    }
  }

  @Test("A student that follows its teacher alone comes to say the same", arguments: InstructionSet.available)
  func student(_ set: InstructionSet) throws {
    let backend = try CPUBackend(instructionSet: set)
    let data = TokenizedText.toy(64, seed: 1)
    let teacher: [Float] = data.encodings.flatMap { $0.ids.contains { $0 > 40 } ? [1.5, -0.5] : [-1, 1] }
    let alone = DistillationConfiguration(temperature: 2, alpha: 1)
    let settings = TrainingConfiguration(
      numTrainEpochs: 60, trainBatchSize: 16, learningRate: 3e-3, distillation: alone)
    let student = try BertClassifier.toy(backend, dropout: 0)
    let trained = try Trainer(configuration: settings, backend: backend)
      .train(student, on: data, selection: nil, teacher: .saying(teacher)).model
    let distances = try [student, trained].map { model in
      let logits = try Evaluator.predictions(try PackedClassifier(model, backend: backend), data).logits
      return byHand(pairs(logits), data.labels, smoothing: 0, teacher: pairs(teacher), alone)
    }
    #expect(distances[1] < 0.05 * distances[0], "\(distances)")
  }
}
