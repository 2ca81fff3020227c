import Benchmarking
import Bert
import Compute
import FoundationEssentials
import Training

/// A step of training: forward with dropout, cross entropy, backward, clipping, AdamW.
final class TrainingContestant: Contestant {
  private struct Example {
    let input: EncoderInput
    let labels: [Int32]
  }

  private let backend: CPUBackend
  private let checkpoint: Checkpoint
  private let examples: [String: Example]
  private let settings = TrainingConfiguration(learningRate: 2e-5)
  private var model: BertClassifier
  private var optimizer: AdamW

  init(modelDirectory: String, workloads: [Workload], backend: CPUBackend) throws {
    self.backend = backend
    checkpoint = try Checkpoint(modelDirectory: URL(directory: modelDirectory))
    var examples: [String: Example] = [:]
    for workload in workloads where workload.kind == .batch {
      for input in try workload.inputs() {
        examples[workload.name] = Example(input: input, labels: workload.labels)
      }
    }
    self.examples = examples
    model = try BertClassifier(checkpoint: checkpoint, seed: 1, backend: backend)
    optimizer = try AdamW(settings, for: model.parameters, backend: backend)
  }

  var configuration: BertConfiguration { model.configuration }

  /// The losses of `runs` steps from the stored weights on, without dropout: the second and later ones tell whether
  /// gradients and optimiser are right.
  func check(_ workload: String, runs: Int) throws -> [Double] {
    try reload()
    let losses = try (0..<runs).map { _ in try step(example(workload), random: nil) }
    try reload()
    return losses
  }

  func run(_ workload: String) throws {
    _ = try step(example(workload), random: RandomStream(seed: 1, step: UInt64(optimizer.step)))
  }

  private func reload() throws {
    model = try BertClassifier(checkpoint: checkpoint, seed: 1, backend: backend)
    optimizer = try AdamW(settings, for: model.parameters, backend: backend)
  }

  private func example(_ workload: String) throws -> Example {
    guard let example = examples[workload] else {
      throw ServingError.unknownWorkload(name: workload, known: examples.keys.sorted())
    }
    return example
  }

  private func step(_ example: Example, random: RandomStream?) throws -> Double {
    var tape = Tape(backend: backend, random: random)
    let loss = try tape.crossEntropy(try model.logits(example.input, on: &tape), labels: example.labels)
    let value = Double(try backend.read(loss.tensor)[0])
    let gradients = try tape.backward(from: loss)
    _ = try optimizer.update(
      &model.parameters, gradients: gradients, batches: 1, learningRate: settings.learningRate, backend: backend)
    return value
  }
}
