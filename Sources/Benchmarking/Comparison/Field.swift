import Bert
package import FoundationEssentials
package import Text

/// All contestants with the sentences that they are given.
package struct Field: Sendable {
  package private(set) var entries: [Entry]
  package private(set) var baseline: Entry
  /// Of the baseline's model.
  package private(set) var cells: [Cell]
  /// Models that the other engines don't take.
  package private(set) var notes: [String]

  /// Writes the sentences of each model to `scratch`, has the other engines' files built, and gathers who takes part.
  ///
  /// - Parameters:
  ///   - texts: sentences of unequal lengths; nil for none.
  ///   - maximumLength: of those in tokens; longer ones are cut.
  ///   - baseline: see ``Swift/Array/baseline(named:)``.
  ///   - peers: the other engines; nil where none was asked for.
  ///   - built: where the files that they want of a model are kept.
  package init(
    _ plan: EntryPlan, models: [BenchmarkedModel], shapes: [BatchShape], texts: [PlainText]?, maximumLength: Int,
    baseline: String?, scratch: URL, peers: PeerDirectory?, built: (BenchmarkedModel) throws -> URL,
    progress: (String) -> Void
  ) throws {
    let vocabularySize = models.map(\.configuration.vocabSize).min() ?? 0
    var entries: [Entry] = []
    var notes: [String] = []
    var cells: [String: [Cell]] = [:]
    for (place, model) in models.enumerated() {
      let workloads = try model.workloads(
        shapes, vocabularySize: vocabularySize, texts: texts, maximumLength: maximumLength)
      cells[model.name] = workloads.map { Cell($0) }
      let file = scratch.appending(path: "workloads-\(place).json")
      try Workload.write(workloads, to: file)
      let own = plan.own(model, workloads: file)
      let hasPeers = peers != nil && model.isFloat32
      if own.isTimed || hasPeers { entries.append(own) }
      guard let peers else { continue }
      guard hasPeers else {
        notes.append("Other engines take no part with \(model.name): its weights are \(model.weights), they take F32.")
        continue
      }
      progress("\(model.name): files of the other engines")
      let folder = try built(model)
      try peers.build(model.directory, to: folder, engines: plan.peerEngines, variants: plan.variants)
      entries += try plan.peers(model, built: folder, workloads: file, directory: peers)
    }
    let chosen = try entries.baseline(named: baseline)
    // What a quantised or pruned model's answers are worth is seen beside the baseline's, if that is ours.
    if chosen.contestant.engine == EntryPlan.ownEngine {
      for place in entries.indices
      where entries[place].reference == nil && entries[place].contestant.name != chosen.contestant.name {
        entries[place].reference = chosen.contestant.name
      }
    }
    self.entries = entries
    self.baseline = chosen
    self.cells = cells[chosen.contestant.model] ?? []
    self.notes = notes
  }
}
