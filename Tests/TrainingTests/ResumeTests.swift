import Bert
import Compute
import Foundation
import TestSupport
import Testing
import Text
import Training

@Suite("A training that was killed ends with the same bits") struct ResumeTests {
  private struct Killed: Error {}

  /// Twelve steps, four an epoch, the last of each of one batch of 4 and one of 2; with dropout.
  private static let settings = TrainingConfiguration(
    numTrainEpochs: 3, trainBatchSize: 4, gradientAccumulationSteps: 2, learningRate: 1e-3, wordDropout: 0.2, seed: 11)
  private let settings = Self.settings
  private let data = TokenizedText.toy(30, seed: 1)
  private let selection = TokenizedText.toy(12, seed: 2)

  /// What an uninterrupted training gives.
  private static let whole = Result {
    let backend = try CPUBackend(threadCount: 2)
    let result = try Trainer(configuration: settings, backend: backend)
      .train(try .toy(backend), on: .toy(30, seed: 1), selection: .toy(12, seed: 2))
    return (weights: try result.model.weights(backend), history: result.history, steps: result.steps)
  }

  /// Trains until the closure for the step throws, or to the end.
  @discardableResult
  private func train(
    in scratch: ScratchDirectory, _ settings: TrainingConfiguration = Self.settings, threads: Int = 2,
    seconds: Double = 0, selection: TokenizedText? = nil, killedAt step: Int? = nil
  ) throws -> (weights: [String: [Float]], history: [EpochRecord], steps: Int) {
    let backend = try CPUBackend(threadCount: threads)
    var steps = 0
    let result = try Trainer(
      configuration: settings, backend: backend, checkpointDirectory: scratch.url, secondsBetweenCheckpoints: seconds
    ).train(try .toy(backend), on: data, selection: selection ?? self.selection) { progress in
      steps += 1
      if progress.step == step { throw Killed() }
    }
    return (try result.model.weights(backend), result.history, steps)
  }

  private func expectWhole(_ resumed: (weights: [String: [Float]], history: [EpochRecord], steps: Int)) throws {
    let whole = try Self.whole.get()
    #expect(resumed.history == whole.history)
    #expect(resumed.weights == whole.weights)
  }

  @Test("At any step, and with another number of threads", arguments: 1...12) func resumed(_ step: Int) throws {
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) { try train(in: scratch, killedAt: step) }
    // What a kill in the middle of a write leaves behind must not disturb, nor stay.
    try FileManager.default.createDirectory(
      at: scratch.url.appending(path: ".espalier-x.tmp"), withIntermediateDirectories: true)
    try scratch.write("half", ".espalier-x.tmp/weights.safetensors")
    let resumed = try train(in: scratch, threads: 1)
    #expect(resumed.steps == 12 - (step - 1))
    try expectWhole(resumed)
    #expect(try scratch.entries() == ["step-12"])
  }

  @Test("At every step one after the other") func killedAgainAndAgain() throws {
    let scratch = try ScratchDirectory()
    for step in 2...12 {
      #expect(throws: Killed.self) { try train(in: scratch, threads: 1 + step % 2, killedAt: step) }
      #expect(try scratch.entries().filter { $0.hasPrefix("step-") } == ["step-\(step - 1)"])
    }
    let resumed = try train(in: scratch)
    #expect(resumed.steps == 1)
    try expectWhole(resumed)
  }

  @Test("From the end of an epoch, where no checkpoint was written in between", arguments: [3, 4, 5, 9])
  func fromTheEpoch(_ step: Int) throws {
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) { try train(in: scratch, seconds: 1e9, killedAt: step) }
    let resumed = try train(in: scratch, seconds: 1e9)
    #expect(resumed.steps == 12 - (step - 1) / 4 * 4)
    try expectWhole(resumed)
  }

  @Test("Between the last step of an epoch and its end") func duringTheSelection() throws {
    let scratch = try ScratchDirectory()
    // The evaluation refuses this label after the epoch's last checkpoint was written.
    let broken = TokenizedText(encodings: [selection.encodings[0]], labels: [7])
    #expect(throws: TrainingError.labelOutOfRange(label: 7, classCount: 2)) {
      try train(in: scratch, selection: broken)
    }
    #expect(try scratch.entries() == ["step-4"])
    let resumed = try train(in: scratch)
    #expect(resumed.steps == 8)
    try expectWhole(resumed)
  }

  @Test("After its end it gives the same again, without a step") func finished() throws {
    let scratch = try ScratchDirectory()
    try expectWhole(try train(in: scratch))
    let again = try train(in: scratch)
    #expect(again.steps == 0)
    try expectWhole(again)
    try TrainingCheckpoints(directory: scratch.url).remove()
    #expect(!FileManager.default.fileExists(atPath: scratch.path))
    try TrainingCheckpoints(directory: scratch.url).remove()
  }

  @Test("A step's directory that is half there is ignored, and gives way", arguments: [3, 9])
  func halfWritten(_ step: Int) throws {
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) { try train(in: scratch, killedAt: 6) }
    let half = scratch.url.appending(path: "step-\(step)")
    try FileManager.default.createDirectory(at: half, withIntermediateDirectories: true)
    try Data(repeating: 7, count: 100).write(to: half.appending(path: "weights.safetensors"))
    let resumed = try train(in: scratch)
    #expect(resumed.steps == 12 - 5)
    try expectWhole(resumed)
    #expect(try scratch.entries() == ["step-12"])
  }

  @Test(
    "A broken file is named, and stays",
    arguments: ["weights.safetensors", "first_moments.safetensors", "best.safetensors", "state.json"],
    [0, 5, 0.5, -1])
  func broken(_ file: String, _ cut: Double) throws {
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) { try train(in: scratch, killedAt: 6) }
    let path = scratch.url.appending(path: "step-5").appending(path: file)
    let bytes = try Data(contentsOf: path)
    let damaged =
      switch cut {
      case -1: Data(bytes.map { $0 ^ 0x5A })
      case 0.5: bytes.prefix(bytes.count / 2)
      default: bytes.prefix(Int(cut))
      }
    try damaged.write(to: path)
    let message = scratch.message { try train(in: scratch) }
    #expect(message?.hasPrefix("DIR/step-5: cannot be read: ") == true, "\(message ?? "no error")")
    #expect(try Data(contentsOf: path) == damaged)
    // With the file as it was the training goes on.
    try bytes.write(to: path)
    try expectWhole(try train(in: scratch))
  }

  @Test func missingFileIsNamed() throws {
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) { try train(in: scratch, killedAt: 3) }
    try FileManager.default.removeItem(at: scratch.url.appending(path: "step-2/second_moments.safetensors"))
    let message = scratch.message { try train(in: scratch) }
    #expect(message?.contains("DIR/step-2/second_moments.safetensors") == true, "\(message ?? "no error")")
  }

  @Test func otherSettingsAreRefused() throws {
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) { try train(in: scratch, killedAt: 3) }
    for change in [{ $0.learningRate = 2e-3 }, { $0.seed = 12 }] as [(inout TrainingConfiguration) -> Void] {
      var changed = settings
      change(&changed)
      let message = scratch.message { try train(in: scratch, changed) }
      #expect(message?.contains("DIR/step-2: belongs to a training with other settings") == true)
    }
    try expectWhole(try train(in: scratch))
  }

  @Test("A checkpoint of a model with other layers is refused, not read in part", arguments: [1, 3])
  func otherModel(_ layers: Int) throws {
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) { try train(in: scratch, killedAt: 3) }
    let backend = try CPUBackend()
    var configuration = try BertClassifier.toy(backend).configuration
    configuration.numHiddenLayers = layers
    let other = try BertClassifier(randomWeights: configuration, seed: 3, backend: backend)
    let message = scratch.message {
      _ = try Trainer(configuration: settings, backend: backend, checkpointDirectory: scratch.url)
        .train(other, on: data, selection: selection)
    }
    #expect(message?.contains("belongs to another model") == true, "\(message ?? "no error")")
  }

  @Test("A directory that cannot be written is named") func unwritable() throws {
    let scratch = try ScratchDirectory()
    let file = try scratch.write("in the way", "checkpoints")
    let backend = try CPUBackend()
    let message = scratch.message {
      _ = try Trainer(
        configuration: settings, backend: backend, checkpointDirectory: file, secondsBetweenCheckpoints: 0
      ).train(try .toy(backend), on: data, selection: nil)
    }
    #expect(message?.hasPrefix("DIR/checkpoints: cannot write a checkpoint: ") == true, "\(message ?? "no error")")
  }

  @Test("A distilled training too") func distilled() throws {
    let backend = try CPUBackend()
    var distilling = settings
    distilling.numTrainEpochs = 1
    distilling.distillation = DistillationConfiguration()
    var random = SeededGenerator(state: 4)
    let teacher = random.floats(60, in: -3...3)
    func train(_ directory: URL?, killedAt step: Int? = nil) throws -> [String: [Float]] {
      try Trainer(
        configuration: distilling, backend: backend, checkpointDirectory: directory, secondsBetweenCheckpoints: 0
      ).train(try .toy(backend), on: data, selection: nil, teacher: .saying(teacher)) {
        if $0.step == step { throw Killed() }
      }.model.weights(backend)
    }
    let scratch = try ScratchDirectory()
    #expect(throws: Killed.self) { try train(scratch.url, killedAt: 3) }
    #expect(try train(scratch.url) == train(nil))
  }
}
