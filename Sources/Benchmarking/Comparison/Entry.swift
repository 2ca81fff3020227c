/// Who takes part, one engine with one model, and how it is started.
package struct Entry: Sendable {
  package var contestant: ContestantFacts
  package var command: [String]
  package var environment: [String: String]
  /// The kinds of workload that it takes.
  package var kinds: [Workload.Kind]
  /// How it pads a data set; see ``RoundRequest/padding``.
  package var padding: String?
  /// The entry, by its name, that its answers are compared with; nil for that entry itself.
  package var reference: String?
  /// False of one that is there for its answers alone.
  package var isTimed: Bool

  package init(
    contestant: ContestantFacts, command: [String], environment: [String: String],
    kinds: [Workload.Kind] = [.batch, .dataset], padding: String? = nil, reference: String? = nil, isTimed: Bool = true
  ) {
    self.contestant = contestant
    self.command = command
    self.environment = environment
    self.kinds = kinds
    self.padding = padding
    self.reference = reference
    self.isTimed = isTimed
  }
}

/// What a reader has to know of a contestant.
package struct ContestantFacts: Codable, Equatable, Sendable {
  /// Model and engine; no two contestants share it.
  package var name: String
  package var model: String
  /// Such as "espalier", "onnxruntime fused".
  package var engine: String
  /// Formats of the weights, such as "F32", "I8".
  package var weights: String
  /// Whether its logits must be those of Espalier's FP32 within ``AnswerComparison/tolerance``.
  package var isExact: Bool
  /// Of all files that it needs.
  package var diskBytes: Int

  package init(model: String, engine: String, weights: String, isExact: Bool, diskBytes: Int) {
    name = "\(model), \(engine)"
    self.model = model
    self.engine = engine
    self.weights = weights
    self.isExact = isExact
    self.diskBytes = diskBytes
  }
}

extension [Entry] {
  /// The entry that is called `name`, else the first whose model or engine is.
  package func baseline(named name: String?) throws(BenchmarkError) -> Entry {
    let timed = filter(\.isTimed)
    guard let first = timed.first else { throw .noContestants(reason: "none is to be timed") }
    guard let name else { return first }
    if let exact = timed.first(where: { $0.contestant.name == name }) { return exact }
    if let part = timed.first(where: { $0.contestant.model == name || $0.contestant.engine == name }) { return part }
    throw .unknownBaseline(found: name, known: timed.map(\.contestant.name))
  }
}
