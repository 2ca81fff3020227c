import Bert
import Compute
import FoundationEssentials

/// The whole classifier: ids to logits.
final class EncoderContestant: Contestant {
  private let model: PackedClassifier
  private let inputs: [String: [EncoderInput]]

  init(modelDirectory: String, workloads: [Workload], backend: CPUBackend) throws {
    model = try PackedClassifier(
      checkpoint: try Checkpoint(modelDirectory: URL(directory: modelDirectory)), backend: backend)
    inputs = Dictionary(try workloads.map { ($0.name, try $0.inputs()) }, uniquingKeysWith: { first, _ in first })
  }

  var configuration: BertConfiguration { model.configuration }

  func check(_ workload: String, runs: Int) throws -> [Double] { try logits(workload).map(Double.init) }

  func run(_ workload: String) throws { _ = try logits(workload) }

  private func logits(_ workload: String) throws -> [Float] {
    guard let batches = inputs[workload] else {
      throw ServingError.unknownWorkload(name: workload, known: inputs.keys.sorted())
    }
    var logits: [Float] = []
    for batch in batches { logits += try model.logits(batch) }
    return logits
  }
}
