package import FoundationEssentials

/// Who takes part: Espalier with each model, the other engines with those in FP32.
package struct EntryPlan: Sendable {
  package static let ownEngine = "espalier"
  package static let engines = [ownEngine] + PeerDirectory.engines

  /// The path of the program, whose command `bench-worker` serves a model.
  package var executable: String
  package var threads: Int
  package var environment: [String: String]
  /// Of ``engines``.
  package var engineNames: [String]
  /// What other engines make of a model, of ``PeerDirectory/variants``.
  package var variants: [String]

  package init(
    executable: String, threads: Int, environment: [String: String], engineNames: [String], variants: [String]
  ) {
    self.executable = executable
    self.threads = threads
    self.environment = environment
    self.engineNames = engineNames
    self.variants = variants
  }

  package var peerEngines: [String] { engineNames.filter { $0 != Self.ownEngine } }

  /// Espalier with a model; timed where it is among the engines, else there for its answers alone.
  package func own(_ model: BenchmarkedModel, workloads: URL) -> Entry {
    Entry(
      contestant: ContestantFacts(
        model: model.name, engine: Self.ownEngine, weights: model.weights, isExact: false, diskBytes: model.diskBytes),
      command: [
        executable, "bench-worker", model.directory.path(percentEncoded: false), "--workloads",
        workloads.path(percentEncoded: false), "--threads", "\(threads)",
      ],
      environment: environment, isTimed: engineNames.contains(Self.ownEngine))
  }

  /// The other engines with a model in FP32, their answers beside those of ``own(_:workloads:)``.
  ///
  /// - Parameter built: the model's files for them.
  package func peers(
    _ model: BenchmarkedModel, built: URL, workloads: URL, directory: PeerDirectory
  ) throws(BenchmarkError) -> [Entry] {
    let reference = own(model, workloads: workloads).contestant.name
    return try directory.contestants(
      built: built, workloads: workloads, threads: threads, engines: peerEngines, variants: variants
    ).map { peer in
      Entry(
        contestant: ContestantFacts(
          model: model.name, engine: peer.name, weights: peer.precision == "fp32" ? "F32" : peer.precision.uppercased(),
          isExact: peer.isExact, diskBytes: peer.bytes),
        command: peer.command, environment: peer.environment, kinds: peer.kinds,
        // What is fastest for an engine that pads: batches of sentences of like lengths.
        padding: "sorted", reference: reference)
    }
  }
}
