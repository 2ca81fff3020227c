import Bert
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("A training that was killed ends with the same bits") struct ResumeTests {
  private struct Killed: Error {}

  private let settings = TrainingConfiguration(
    numTrainEpochs: 3, trainBatchSize: 4, gradientAccumulationSteps: 2, learningRate: 1e-3, seed: 11)

  @Test(arguments: [1, 3, 4, 7, 11]) func resumed(_ step: Int) throws {
    let backend = try CPUBackend(threadCount: 2)
    let data = TokenizedText.toy(30, seed: 1), selection = TokenizedText.toy(12, seed: 2)
    let whole = try Trainer(configuration: settings, backend: backend)
      .train(try .toy(backend), on: data, selection: selection)
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) {
      try Trainer(
        configuration: settings, backend: backend, checkpointDirectory: scratch.url, secondsBetweenCheckpoints: 0
      ).train(try .toy(backend), on: data, selection: selection) { if $0.step == step { throw Killed() } }
    }
    // What a kill in the middle of a write leaves behind must not disturb.
    try FileManager.default.createDirectory(
      at: scratch.url.appending(path: ".espalier-x.tmp"), withIntermediateDirectories: true)
    // Another number of threads, too.
    let other = try CPUBackend(threadCount: 1)
    var steps = 0
    let resumed = try Trainer(
      configuration: settings, backend: other, checkpointDirectory: scratch.url, secondsBetweenCheckpoints: 0
    ).train(try .toy(other), on: data, selection: selection) { _ in steps += 1 }
    #expect(steps == whole.steps - (step - 1))
    #expect(resumed.history == whole.history)
    #expect(try resumed.model.weights(other) == whole.model.weights(backend))
  }

  @Test func otherSettingsAreRefused() throws {
    let backend = try CPUBackend()
    let scratch = try ScratchDirectory()
    let data = TokenizedText.toy(30, seed: 1)
    #expect(throws: Killed.self) {
      try Trainer(
        configuration: settings, backend: backend, checkpointDirectory: scratch.url, secondsBetweenCheckpoints: 0
      ).train(try .toy(backend), on: data, selection: nil) { if $0.step == 3 { throw Killed() } }
    }
    var changed = settings
    changed.learningRate = 2e-3
    let message = scratch.message {
      _ = try Trainer(configuration: changed, backend: backend, checkpointDirectory: scratch.url)
        .train(try .toy(backend), on: data, selection: nil)
    }
    #expect(message?.contains("other settings") == true)
  }

  @Test func truncatedCheckpointIsNamed() throws {
    let backend = try CPUBackend()
    let scratch = try ScratchDirectory()
    let data = TokenizedText.toy(30, seed: 1)
    #expect(throws: Killed.self) {
      try Trainer(
        configuration: settings, backend: backend, checkpointDirectory: scratch.url, secondsBetweenCheckpoints: 0
      ).train(try .toy(backend), on: data, selection: nil) { if $0.step == 3 { throw Killed() } }
    }
    let step = try #require(try scratch.entries().first { $0.hasPrefix("step-") })
    let weights = try #require(try scratch.entries(step).first { $0.hasPrefix("weights") })
    let file = scratch.url.appending(path: step).appending(path: weights)
    try Data(try Data(contentsOf: file).prefix(1000)).write(to: file)
    let message = scratch.message {
      _ = try Trainer(configuration: settings, backend: backend, checkpointDirectory: scratch.url)
        .train(try .toy(backend), on: data, selection: nil)
    }
    #expect(message?.contains("DIR") == true, "\(message ?? "no error")")
  }
}
