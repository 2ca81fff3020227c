import Bert
import Compute
import TestSupport
import Testing
import Text
import Training

@Suite("The memory of a training") struct TrainingMemoryTests {
  /// Four layers of width 128: large enough that the smallest blocks of the pool are nothing beside it.
  private func model(_ backend: CPUBackend) throws -> BertClassifier {
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    configuration.numHiddenLayers = 4
    configuration.hiddenSize = 128
    configuration.intermediateSize = 512
    configuration.setLabels(["without", "with"])
    return try BertClassifier(randomWeights: configuration, seed: 3, backend: backend)
  }

  /// What the forward pass of a batch leaves in memory.
  private func savedBytes(_ batch: RaggedBatch, _ model: BertClassifier, _ backend: CPUBackend, again: Bool) throws
    -> Int
  {
    let before = backend.usedBytes
    var tape = Tape(backend: backend, random: RandomStream(seed: 1, step: 0))
    let logits = try model.logits(try EncoderInput(batch), on: &tape, recomputesLayers: again)
    let saved = backend.usedBytes - before
    _ = try tape.backward(from: try tape.crossEntropy(logits, labels: batch.labels))
    return saved
  }

  @Test(
    "Weights, gradients, moments and saved activations, and a fifth more: whatever the sizes of batches, over epochs",
    arguments: [false, true])
  func bound(again: Bool) throws {
    let scratch = try ScratchDirectory()
    let data = TokenizedText.toy(120, seed: 1)
    let settings = TrainingConfiguration(numTrainEpochs: 3, trainBatchSize: 16, learningRate: 1e-3, seed: 4)
    let other = try CPUBackend(threadCount: 2)
    let start = try model(other)
    let batches = (0..<3).flatMap { BatchPlan.shuffled(count: data.count, batchSize: 16, seed: 4, epoch: $0) }
    let saved = try batches.map { indices in
      let batch = data.batch(indices)
      guard again else { return try savedBytes(batch, start, other, again: false) }
      // The inputs of all layers, and all of the one that is run again.
      return try savedBytes(batch, start, other, again: true)
        + savedBytes(batch, start, other, again: false) / start.configuration.numHiddenLayers
    }
    let largest = try #require(saved.max())
    #expect(saved.contains { $0 < largest }, "batches are of different sizes")
    let sum = 4 * start.parameters.count * MemoryLayout<Float>.stride + largest

    let backend = try CPUBackend(threadCount: 2)
    var most = 0
    _ = try Trainer(
      configuration: settings, backend: backend, gradientCheckpointing: again, checkpointDirectory: scratch.url
    ).train(try model(backend), on: data, selection: .toy(20, seed: 2)) { _ in most = max(most, backend.heldBytes) }
    #expect(most > sum / 2)
    #expect(Double(most) <= 1.2 * Double(sum), "\(Double(most) / Double(sum)) times the sum")
  }
}
