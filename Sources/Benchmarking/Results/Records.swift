/// One cell of one repetition: what was measured, as it was measured.
package struct CellRecord: Codable, Equatable, Sendable {
  package var cell: Cell
  package var rows: [RowRecord]

  package init(cell: Cell, rows: [RowRecord]) {
    self.cell = cell
    self.rows = rows
  }
}

/// One process of one contestant.
package struct RowRecord: Codable, Equatable, Sendable {
  package var contestant: String
  /// Of the engine; empty for our own, whose version the report tells.
  package var version: String?
  package var instructionSet: String?
  /// Why it was not timed.
  package var problem: String?
  /// The largest difference of its logits from the reference's, and signal to noise; nil of the reference itself.
  package var difference: Double?
  package var decibels: Double?
  package var firstResultSeconds: Double?
  package var peakResidentBytes: Int?
  /// Of each run, in nanoseconds, by round.
  package var turnsNanoseconds: [[Int]]

  package init(
    contestant: String, version: String? = nil, instructionSet: String? = nil, problem: String? = nil,
    difference: Double? = nil, decibels: Double? = nil, firstResultSeconds: Double? = nil,
    peakResidentBytes: Int? = nil, turns: [[Double]]
  ) {
    self.contestant = contestant
    self.version = version
    self.instructionSet = instructionSet
    self.problem = problem
    self.difference = difference
    self.decibels = decibels
    self.firstResultSeconds = firstResultSeconds
    self.peakResidentBytes = peakResidentBytes
    turnsNanoseconds = turns.map { $0.map { Int(($0 * 1e9).rounded()) } }
  }

  /// In seconds.
  package var turns: [[Double]] { turnsNanoseconds.map { $0.map { Double($0) / 1e9 } } }

  /// The middle of each turn, in seconds.
  package var medians: [Double] { turns.map(Rounds.median) }
}
