public import Bert
public import Compute
public import FoundationEssentials

/// The whole classifier: ids to logits.
public final class EncoderContestant: Contestant {
  private let model: PackedClassifier
  private let inputs: [String: [EncoderInput]]

  /// - Throws: `BertError` for a directory that can't be loaded, `TensorError` for a workload that is no batch.
  public init(modelDirectory: URL, workloads: [Workload], backend: CPUBackend) throws {
    model = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: modelDirectory), backend: backend)
    inputs = Dictionary(try workloads.map { ($0.name, try $0.inputs()) }, uniquingKeysWith: { first, _ in first })
  }

  public var configuration: BertConfiguration { model.configuration }

  public func check(_ workload: String, runs: Int) throws -> [Double] { try logits(workload).map(Double.init) }

  public func run(_ workload: String) throws { _ = try logits(workload) }

  private func logits(_ workload: String) throws -> [Float] {
    guard let batches = inputs[workload] else {
      throw ServingError.unknownWorkload(name: workload, known: inputs.keys.sorted())
    }
    var logits: [Float] = []
    for batch in batches { logits += try model.logits(batch) }
    return logits
  }
}
