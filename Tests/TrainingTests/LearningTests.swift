import Bert
import Compute
import TestSupport
import Testing
import Text
import Training

@Suite("Training learns") struct LearningTests {
  private let settings = TrainingConfiguration(
    numTrainEpochs: 12, trainBatchSize: 16, learningRate: 3e-3, seed: 5)

  @Test(arguments: InstructionSet.available) func aWordThatDecides(_ set: InstructionSet) throws {
    let backend = try CPUBackend(instructionSet: set)
    let data = TokenizedText.toy(400, seed: 1), selection = TokenizedText.toy(100, seed: 2)
    let result = try Trainer(configuration: settings, backend: backend)
      .train(try .toy(backend), on: data, selection: selection)
    let packed = try PackedClassifier(result.model, backend: backend)
    #expect(try Evaluator.predictions(packed, data).accuracy == 1)
    let predictions = try Evaluator.predictions(packed, selection)
    #expect(predictions.accuracy == 1)
    // The best epoch is the one that is kept.
    #expect(predictions.accuracy == result.history.compactMap(\.selectionAccuracy).max())
    // Neither batches nor threads change a bit.
    #expect(try Evaluator.predictions(packed, selection, tokenBudget: 7) == predictions)
    let alone = try CPUBackend(instructionSet: set, threadCount: 1)
    let model = try BertClassifier.copy(result.model, from: backend, to: alone)
    #expect(try Evaluator.predictions(try PackedClassifier(model, backend: alone), selection) == predictions)
  }

  @Test("With alpha 1 the teacher alone is followed, against the labels") func distillation() throws {
    let backend = try CPUBackend()
    let data = TokenizedText.toy(200, seed: 1)
    // A teacher that is sure of the opposite.
    let teacher: [Float] = data.labels.flatMap { $0 == 1 ? [4, -4] : [-4, 4] }
    var settings = settings
    settings.distillation = DistillationConfiguration(temperature: 2, alpha: 1)
    settings.loadBestModelAtEnd = false
    let result = try Trainer(configuration: settings, backend: backend)
      .train(try .toy(backend), on: data, selection: nil, teacher: .saying(teacher))
    let predictions = try Evaluator.predictions(try PackedClassifier(result.model, backend: backend), data)
    #expect(predictions.accuracy < 0.05)
  }

  @Test("The teacher reads what the student reads") func sameInput() throws {
    let backend = try CPUBackend()
    let data = TokenizedText.toy(16, seed: 1)
    let settings = TrainingConfiguration(
      numTrainEpochs: 1, trainBatchSize: 16, wordDropout: 0.5, distillation: DistillationConfiguration(alpha: 1))
    let student = try BertClassifier.toy(backend, dropout: 0)
    let itself = try PackedClassifier(student, backend: backend)
    var tokens = 0
    let teacher = Teacher { batch in
      tokens += batch.ids.count
      return try itself.logits(try EncoderInput(batch))
    }
    var losses: [Double] = []
    _ = try Trainer(configuration: settings, backend: backend)
      .train(student, on: data, selection: nil, teacher: teacher) { losses.append($0.loss) }
    #expect(tokens < data.encodings.reduce(0) { $0 + $1.ids.count })
    // A student that agrees with its teacher on these very tokens has nothing to learn.
    #expect(losses.count == 1 && abs(losses[0]) < 1e-6, "\(losses)")
  }

  @Test("Two batches of 8 accumulated are one of 16, without dropout") func accumulation() throws {
    let backend = try CPUBackend()
    let data = TokenizedText.toy(16, seed: 1)
    var one = TrainingConfiguration(numTrainEpochs: 2, trainBatchSize: 16, learningRate: 1e-3)
    one.loadBestModelAtEnd = false
    var two = one
    two.trainBatchSize = 8
    two.gradientAccumulationSteps = 2
    let start = try BertClassifier.toy(backend, dropout: 0)
    let first = try Trainer(configuration: one, backend: backend).train(start, on: data, selection: nil)
    let second = try Trainer(configuration: two, backend: backend).train(start, on: data, selection: nil)
    let found = try second.model.weights(backend)
    for (name, values) in try first.model.weights(backend) where !name.hasSuffix("key.bias") {
      let difference = zip(values, found[name] ?? []).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect(difference < 1e-4, "\(name)")
    }
  }

  @Test func wrongInputIsRefused() throws {
    let backend = try CPUBackend()
    let trainer = try Trainer(configuration: settings, backend: backend)
    let model = try BertClassifier.toy(backend)
    let none = TokenizedText(encodings: [], labels: [])
    #expect(throws: TrainingError.emptyData(what: "training")) {
      try trainer.train(model, on: none, selection: nil)
    }
    let wrong = TokenizedText(encodings: TokenizedText.toy(1, seed: 1).encodings, labels: [2])
    #expect(throws: TrainingError.labelOutOfRange(label: 2, classCount: 2)) {
      try trainer.train(model, on: wrong, selection: nil)
    }
    #expect(throws: TrainingError.self) {
      try Trainer(configuration: TrainingConfiguration(numTrainEpochs: 0), backend: backend)
    }
    var distilling = settings
    distilling.distillation = DistillationConfiguration()
    for teacher in [nil, Teacher { _ in [1] }] {
      #expect(throws: TrainingError.self) {
        try Trainer(configuration: distilling, backend: backend)
          .train(model, on: TokenizedText.toy(4, seed: 1), selection: nil, teacher: teacher)
      }
    }
  }
}

extension BertClassifier {
  static func copy(_ model: BertClassifier, from: any Backend, to: any Backend) throws -> BertClassifier {
    var parameters: [(name: String, tensor: Tensor)] = []
    for name in model.parameters.names {
      let tensor = model.parameters[name]
      parameters.append((name, try to.upload(try from.read(tensor), shape: tensor.shape)))
    }
    return BertClassifier(configuration: model.configuration, parameters: ParameterStore(parameters))
  }
}
