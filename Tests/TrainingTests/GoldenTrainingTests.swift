import Bert
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("Ten steps of AdamW equal PyTorch's") struct GoldenTrainingTests {
  @Test(arguments: InstructionSet.available) func weights(_ set: InstructionSet) throws {
    let golden = try Goldens.batch(), expected = try Goldens.expected().training
    let backend = try CPUBackend(instructionSet: set)
    let start = try BertClassifier(
      checkpoint: try Checkpoint(modelDirectory: Goldens.tinyBert), seed: 1, backend: backend)
    var configuration = start.configuration
    configuration.hiddenDropoutProb = 0
    configuration.attentionProbsDropoutProb = 0
    let model = BertClassifier(configuration: configuration, parameters: start.parameters)
    let data = TokenizedText(
      encodings: golden.sentences.map { Encoding(ids: $0.ids, typeIDs: $0.types) }, labels: golden.labels)
    let settings = TrainingConfiguration(
      numTrainEpochs: expected.steps, trainBatchSize: golden.labels.count, learningRate: expected.learning_rate,
      weightDecay: expected.weight_decay,
      warmupRatio: Double(expected.warmup_steps) / Double(expected.steps), maxGradNorm: expected.clip_norm)
    var losses: [Double] = []
    let result = try Trainer(configuration: settings, backend: backend).train(model, on: data, selection: nil) {
      losses.append($0.loss)
    }
    #expect(result.steps == expected.steps)
    for (found, golden) in zip(losses, expected.losses) { #expect(abs(found - golden) < 5e-6) }
    let file = try SafetensorsFile(url: Goldens.url("trained.safetensors"))
    var compared = 0
    for entry in file.entries where !entry.name.hasSuffix(".key.bias") {
      let found = try backend.read(result.model.parameters[entry.name])
      let exact = try file.floats(of: entry.name)
      #expect(found.count == exact.count)
      let difference = zip(found, exact).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect(difference < 2e-5, "\(entry.name) on \(backend.name)")
      compared += 1
    }
    #expect(compared > 40)
  }

  @Test func schedule() throws {
    let expected = try Goldens.expected().training
    let schedule = Schedule(
      peak: expected.learning_rate, warmupSteps: expected.warmup_steps, totalSteps: expected.steps)
    for (step, rate) in expected.learning_rates.enumerated() { #expect(abs(schedule.rate(at: step) - rate) < 1e-15) }
    #expect(schedule.rate(at: expected.steps) == 0)
  }

  @Test func distillationLoss() throws {
    let expected = try Goldens.expected()
    let backend = try CPUBackend()
    var tape = Tape(backend: backend)
    let logits = tape.parameter(
      "logits",
      try backend.upload(
        expected.logits.flatMap { $0.map { Float($0) } },
        shape: Shape([expected.logits.count, expected.logits[0].count])))
    let loss = try tape.distillation(
      logits, teacher: expected.distillation.teacher_logits.flatMap { $0.map { Float($0) } },
      temperature: expected.distillation.temperature)
    #expect(abs(Double(try backend.read(loss.tensor)[0]) - expected.distillation.loss) < 2e-6)
    let gradients = try tape.backward(from: loss)
    let found = try backend.read(try #require(gradients.byName["logits"]))
    for (value, exact) in zip(found, expected.distillation.d_logits.flatMap { $0 }) {
      #expect(abs(Double(value) - exact) < 2e-6)
    }
  }
}
