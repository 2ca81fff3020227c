import Bert
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("Quantisation-aware training") struct QuantizationAwareTrainingTests {
  private struct Killed: Error {}

  private static let schemes: [FakeQuantization] = [
    FakeQuantization(weights: .int8), FakeQuantization(weights: .int8, activations: .perTensor(decay: 0.8)),
    FakeQuantization(weights: .int4(groupSize: 8), embeddings: .int4(groupSize: 24)),
  ]

  /// Twelve steps, four an epoch, the last of each of one batch of 4 and one of 2; with dropout.
  private func settings(_ scheme: FakeQuantization) -> TrainingConfiguration {
    TrainingConfiguration(
      numTrainEpochs: 3, trainBatchSize: 4, gradientAccumulationSteps: 2, learningRate: 1e-3, wordDropout: 0.2,
      seed: 11, fakeQuantization: scheme)
  }

  private struct Outcome: Equatable {
    var weights: [String: [Float]]
    var ranges: ActivationRanges
    var history: [EpochRecord]
  }

  private func train(
    _ scheme: FakeQuantization, threads: Int = 2, checkpointing: Bool = false, in directory: URL? = nil,
    killedAt step: Int? = nil
  ) throws -> Outcome {
    let backend = try CPUBackend(threadCount: threads)
    let result = try Trainer(
      configuration: settings(scheme), backend: backend, gradientCheckpointing: checkpointing,
      checkpointDirectory: directory, secondsBetweenCheckpoints: 0
    ).train(try .toy(backend), on: .toy(30, seed: 1), selection: .toy(12, seed: 2)) {
      if $0.step == step { throw Killed() }
    }
    #expect(result.model.fakeQuantization == scheme)
    return Outcome(
      weights: try result.model.weights(backend), ranges: result.model.activationRanges, history: result.history)
  }

  @Test("Neither threads nor recomputed layers change a bit", arguments: Self.schemes)
  func sameBits(_ scheme: FakeQuantization) throws {
    let whole = try train(scheme)
    #expect(try train(scheme, threads: 1) == whole)
    #expect(try train(scheme, threads: 3, checkpointing: true) == whole)
    #expect(whole.ranges.byName.count == (scheme.rangeDecay == nil ? 0 : 2 * 4 + 1))
  }

  @Test("A training that was killed ends with the same bits", arguments: Self.schemes, [2, 5, 7, 12])
  func resumed(_ scheme: FakeQuantization, _ step: Int) throws {
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) { try train(scheme, in: scratch.url, killedAt: step) }
    #expect(try train(scheme, threads: 1, in: scratch.url) == train(scheme))
  }

  @Test("A checkpoint of another scheme is refused") func otherScheme() throws {
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) { try train(Self.schemes[0], in: scratch.url, killedAt: 3) }
    let message = scratch.message { _ = try train(Self.schemes[1], in: scratch.url) }
    #expect(message?.contains("belongs to a training with other settings") == true)
  }

  /// One large weight in each row of a layer: in a group as wide as the row it leaves few steps to the others.
  private func withOutliers(_ model: BertClassifier, _ backend: CPUBackend) throws -> BertClassifier {
    var model = model
    for parameter in model.parameters.names
    where FakeQuantization(weights: .int8, embeddings: nil).grid(ofParameter: parameter) != nil {
      let shape = model.parameters[parameter].shape
      var values = try backend.read(model.parameters[parameter])
      for row in 0..<shape.rows { values[row * shape.last + row % shape.last] = 2.5 }
      model.parameters[parameter] = try backend.upload(values, shape: shape)
    }
    return model
  }

  @Test("Training regains what rounding to 4 bits loses, from the model itself as teacher") func regains() throws {
    let backend = try CPUBackend()
    let data = TokenizedText.toy(200, seed: 1), test = TokenizedText.toy(200, seed: 3)
    let base = TrainingConfiguration(
      numTrainEpochs: 6, trainBatchSize: 8, learningRate: 2e-3, seed: 5, loadBestModelAtEnd: false)
    let model = try Trainer(configuration: base, backend: backend)
      .train(try withOutliers(try .toy(backend, dropout: 0), backend), on: data, selection: nil).model
    let scheme = FakeQuantization(weights: .int4(groupSize: 64), embeddings: .int4(groupSize: 64))
    var rounded = model
    rounded.fakeQuantization = scheme
    let before = try Evaluator.predictions(try FakeQuantizedClassifier(rounded, backend: backend), test)

    var settings = base
    settings.distillation = DistillationConfiguration(temperature: 2, alpha: 1)
    settings.fakeQuantization = scheme
    var losses: [Double] = []
    let trained = try Trainer(configuration: settings, backend: backend)
      .train(model, on: data, selection: nil, teacher: Teacher(try PackedClassifier(model, backend: backend))) {
        losses.append($0.loss)
      }.model
    let after = try Evaluator.predictions(try FakeQuantizedClassifier(trained, backend: backend), test)
    let plain = try Evaluator.predictions(try PackedClassifier(model, backend: backend), test)
    let (lossPlain, lossBefore, lossAfter) = (try plain.loss(), try before.loss(), try after.loss())
    #expect(lossPlain < lossBefore)
    #expect(lossAfter < 0.6 * lossBefore, "\(lossBefore) to \(lossAfter), plain \(lossPlain)")
    let first = losses.prefix(10).reduce(0, +)
    let last = losses.suffix(10).reduce(0, +)
    #expect(last < 0.2 * first, "\(first) to \(last)")
  }

  @Test("Settings without it are written as before") func fingerprint() throws {
    let text = String(decoding: try JSONEncoder().encode(TrainingConfiguration()), as: UTF8.self)
    #expect(!text.contains("fakeQuantization"))
    for scheme in Self.schemes {
      let settings = settings(scheme)
      let data = try JSONEncoder().encode(settings)
      #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: data) == settings)
    }
  }

  @Test func settingsThatMakeNoSense() throws {
    let wrong: [(FakeQuantization, String)] = [
      (FakeQuantization(weights: .int4(groupSize: 1)), "group_size: expected a number from 2 to 65536, found 1"),
      (
        FakeQuantization(weights: .int8, embeddings: .int4(groupSize: -5)),
        "group_size: expected a number from 2 to 65536, found -5"
      ),
      (
        FakeQuantization(weights: .int8, activations: .perTensor(decay: 1)),
        "decay: expected a number from 0 to below 1, found 1.0"
      ),
    ]
    for (scheme, message) in wrong {
      let error = #expect(throws: TrainingError.self) { try settings(scheme).validate() }
      #expect(error?.description == message)
    }
  }

  @Test("Numbers that overflow end the training, not the process") func diverges() throws {
    let backend = try CPUBackend()
    for scheme in Self.schemes {
      var model = try BertClassifier.toy(backend)
      let name = "bert.encoder.layer.0.intermediate.dense.bias"
      let bias = [Float](repeating: .infinity, count: model.parameters[name].shape.count)
      model.parameters[name] = try backend.upload(bias, shape: [bias.count])
      let error = #expect(throws: TrainingError.self) {
        try Trainer(configuration: settings(scheme), backend: backend)
          .train(model, on: .toy(30, seed: 1), selection: nil)
      }
      guard case .diverged? = error else {
        Issue.record("\(scheme): \(String(describing: error))")
        continue
      }
    }
  }
}
