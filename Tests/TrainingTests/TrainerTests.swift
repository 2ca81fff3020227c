import Bert
import Compute
import TestSupport
import Testing
import Text
import Training

@Suite("The training loop") struct TrainerTests {
  @Test("Each sentence once an epoch, the last batches smaller") func progress() throws {
    let backend = try CPUBackend()
    // Batches of 4, 4, 4, 4, 4, 4, 4, 2; three to a step.
    let settings = TrainingConfiguration(numTrainEpochs: 2, trainBatchSize: 4, gradientAccumulationSteps: 3)
    var seen: [TrainingProgress] = []
    let result = try Trainer(configuration: settings, backend: backend)
      .train(try .toy(backend), on: .toy(30, seed: 1), selection: nil) { seen.append($0) }
    #expect(seen.map(\.step) == Array(1...6))
    #expect(seen.map(\.epoch) == [0, 0, 0, 1, 1, 1])
    #expect(seen.map(\.sentences) == [12, 12, 6, 12, 12, 6])
    #expect(seen.allSatisfy { $0.totalSteps == 6 })
    #expect(result.steps == 6)
    #expect(result.history.map(\.epoch) == [1, 2])
    for epoch in 0..<2 {
      let mean = seen.filter { $0.epoch == epoch }.reduce(0) { $0 + $1.loss } / 3
      #expect(abs(result.history[epoch].trainingLoss - mean) < 1e-12)
      #expect(result.history[epoch].selectionAccuracy == nil)
    }
  }

  @Test("The seed decides dropout and order; the model that is given stays as it was") func seeds() throws {
    let backend = try CPUBackend()
    let start = try BertClassifier.toy(backend)
    let before = try start.weights(backend)
    func train(_ seed: UInt64) throws -> [String: [Float]] {
      let settings = TrainingConfiguration(numTrainEpochs: 1, trainBatchSize: 8, learningRate: 1e-3, seed: seed)
      return try Trainer(configuration: settings, backend: backend)
        .train(start, on: .toy(24, seed: 1), selection: nil).model.weights(backend)
    }
    let first = try train(1)
    #expect(try train(1) == first)
    #expect(try train(2) != first)
    #expect(first != before)
    #expect(try start.weights(backend) == before)
  }

  @Test("Layers that are run again give the same bits, dropout included", arguments: InstructionSet.available)
  func gradientCheckpointing(_ set: InstructionSet) throws {
    let backend = try CPUBackend(instructionSet: set)
    let settings = TrainingConfiguration(numTrainEpochs: 1, trainBatchSize: 8, learningRate: 1e-3, seed: 4)
    func train(_ again: Bool) throws -> [String: [Float]] {
      try Trainer(configuration: settings, backend: backend, gradientCheckpointing: again)
        .train(try .toy(backend), on: .toy(24, seed: 1), selection: nil).model.weights(backend)
    }
    let kept = try train(false)
    #expect(try train(true) == kept)
    #expect(kept != (try BertClassifier.toy(backend).weights(backend)))
  }

  @Test("The best epoch is kept, the first of equals, or else the last") func bestEpoch() throws {
    let backend = try CPUBackend()
    let data = TokenizedText.toy(200, seed: 1)
    // Labels the wrong way round: the more is learnt, the worse it gets.
    let good = TokenizedText.toy(60, seed: 2)
    let selection = TokenizedText(encodings: good.encodings, labels: good.labels.map { 1 - $0 })
    var settings = TrainingConfiguration(
      numTrainEpochs: 8, trainBatchSize: 16, learningRate: 3e-3, seed: 5, loadBestModelAtEnd: true)
    func train() throws -> (history: [EpochRecord], predictions: Predictions) {
      let result = try Trainer(configuration: settings, backend: backend)
        .train(try .toy(backend), on: data, selection: selection)
      let packed = try PackedClassifier(result.model, backend: backend)
      return (result.history, try Evaluator.predictions(packed, selection))
    }
    let best = try train()
    let accuracies = best.history.compactMap(\.selectionAccuracy)
    #expect(accuracies.count == 8)
    let highest = try #require(accuracies.max()), last = try #require(accuracies.last)
    #expect(highest > last, "\(accuracies)")
    let record = best.history[try #require(accuracies.firstIndex(of: highest))]
    #expect(best.predictions.accuracy == highest)
    #expect(try best.predictions.loss() == record.selectionLoss)

    settings.loadBestModelAtEnd = false
    let final = try train()
    #expect(final.history == best.history)
    #expect(final.predictions.accuracy == last)
    #expect(try final.predictions.loss() == final.history[7].selectionLoss)
  }

  @Test("A loss or a gradient that overflows ends the training, on the last step too") func divergence() throws {
    let backend = try CPUBackend()
    let settings = TrainingConfiguration(numTrainEpochs: 1, trainBatchSize: 8)
    func divergence(_ change: (String, [Float]) -> [Float]) throws -> (step: Int, loss: Double)? {
      var model = try BertClassifier.toy(backend, dropout: 0)
      for (name, values) in try model.weights(backend) {
        model.parameters[name] = try backend.upload(change(name, values), shape: model.parameters[name].shape)
      }
      do {
        _ = try Trainer(configuration: settings, backend: backend)
          .train(model, on: .toy(8, seed: 1), selection: nil) { _ in Issue.record("a step was taken") }
      } catch TrainingError.diverged(let step, let loss) {
        return (step, loss)
      }
      return nil
    }
    let loss = try #require(try divergence { $0 == "classifier.bias" ? [.infinity, 0] : $1 })
    #expect(loss.step == 0 && !loss.loss.isFinite)
    // Logits, and so the loss, stay at 1e30. The gradient of the pooler's weights is 1e30 times its inputs of 1e10.
    let gradient = try divergence { name, values in
      switch name {
      case "classifier.weight": values.map { $0 * 1e30 }
      case "bert.pooler.dense.weight": values.map { $0 * 1e-10 }
      case "bert.encoder.layer.1.output.LayerNorm.weight": values.map { $0 * 1e10 }
      default: values
      }
    }
    #expect(gradient?.step == 0)
    #expect(gradient?.loss.isFinite == false)
  }

  @Test("The largest learning rate leaves finite weights, or says that it diverged") func hugeRate() throws {
    let backend = try CPUBackend()
    let settings = TrainingConfiguration(
      numTrainEpochs: 10, trainBatchSize: 8, learningRate: 0.999, warmupRatio: 0, maxGradNorm: 0)
    do {
      let result = try Trainer(configuration: settings, backend: backend)
        .train(try .toy(backend), on: .toy(32, seed: 1), selection: .toy(8, seed: 2))
      #expect(try result.model.weights(backend).values.allSatisfy { $0.allSatisfy(\.isFinite) })
    } catch let error as TrainingError {
      guard case .diverged = error else {
        Issue.record(error)
        return
      }
    }
  }

  static let nonsense: [(name: String, change: @Sendable (inout TrainingConfiguration) -> Void)] = [
    ("num_train_epochs", { $0.numTrainEpochs = 0 }),
    ("num_train_epochs", { $0.numTrainEpochs = .max }),
    ("train_batch_size", { $0.trainBatchSize = -1 }),
    ("train_batch_size", { $0.trainBatchSize = .max }),
    ("gradient_accumulation_steps", { $0.gradientAccumulationSteps = 0 }),
    ("gradient_accumulation_steps", { $0.gradientAccumulationSteps = .max }),
    ("learning_rate", { $0.learningRate = 0 }),
    ("learning_rate", { $0.learningRate = .nan }),
    ("learning_rate", { $0.learningRate = 1 }),
    ("weight_decay", { $0.weightDecay = -0.1 }),
    ("weight_decay", { $0.weightDecay = .infinity }),
    ("warmup_ratio", { $0.warmupRatio = 1.5 }),
    ("warmup_ratio", { $0.warmupRatio = .nan }),
    ("max_grad_norm", { $0.maxGradNorm = -1 }),
    ("max_grad_norm", { $0.maxGradNorm = .infinity }),
    ("label_smoothing_factor", { $0.labelSmoothingFactor = 1 }),
    ("adam_beta1", { $0.adamBeta1 = 1 }),
    ("adam_beta2", { $0.adamBeta2 = -0.1 }),
    ("adam_epsilon", { $0.adamEpsilon = 0 }),
    ("temperature", { $0.distillation = DistillationConfiguration(temperature: 0) }),
    ("temperature", { $0.distillation = DistillationConfiguration(temperature: .infinity) }),
    ("alpha", { $0.distillation = DistillationConfiguration(alpha: 1.1) }),
  ]

  @Test("Settings that make no sense are refused by name", arguments: nonsense.indices)
  func settings(_ index: Int) throws {
    let backend = try CPUBackend()
    var settings = TrainingConfiguration()
    Self.nonsense[index].change(&settings)
    let name = Self.nonsense[index].name
    do throws(TrainingError) {
      _ = try Trainer(configuration: settings, backend: backend)
      Issue.record("\(name) was taken")
    } catch {
      guard case .setting(let found, _, _) = error else {
        Issue.record(error)
        return
      }
      #expect(found == name)
      #expect("\(error)".hasPrefix("\(name): expected "))
    }
  }
}
