package import Measurement

/// A comparison with all that a reader needs to judge it, and to make it again.
package struct BenchmarkReport: Codable, Equatable, Sendable {
  package static let currentFormat = 1

  package var format = BenchmarkReport.currentFormat
  package var command: String
  package var version: String
  /// Of the program; nil where it isn't known.
  package var commit: String?
  /// When it began, as of ISO 8601.
  package var date: String
  package var seed: UInt64
  package var threads: Int
  package var effort: Effort
  /// At the start, its load included.
  package var machine: Machine
  /// Of the last 1, 5 and 15 minutes, at the end.
  package var loadAverageAtEnd: [Double]?
  package var contestants: [ContestantFacts]
  package var baseline: String
  /// What a reader should know of who took no part, and why.
  package var notes: [String]
  package var repetitions: [[CellRecord]]

  package init(
    command: String, version: String, commit: String?, date: String, seed: UInt64, threads: Int, effort: Effort,
    machine: Machine, loadAverageAtEnd: [Double]?, contestants: [ContestantFacts], baseline: String, notes: [String],
    repetitions: [[CellRecord]]
  ) {
    self.command = command
    self.version = version
    self.commit = commit
    self.date = date
    self.seed = seed
    self.threads = threads
    self.effort = effort
    self.machine = machine
    self.loadAverageAtEnd = loadAverageAtEnd
    self.contestants = contestants
    self.baseline = baseline
    self.notes = notes
    self.repetitions = repetitions
  }

  /// The cells in the order of measuring, each with the records of all repetitions.
  var recordsByCell: [(cell: Cell, records: [CellRecord])] {
    guard let first = repetitions.first else { return [] }
    return first.map { record in
      (record.cell, repetitions.compactMap { $0.first { $0.cell.workload == record.cell.workload } })
    }
  }
}
