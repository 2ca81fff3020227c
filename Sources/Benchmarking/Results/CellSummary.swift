package import Measurement

/// The figures of one cell.
package struct CellSummary: Codable, Equatable, Sendable {
  package var cell: Cell
  /// In the order of the contestants.
  package var rows: [RowSummary]
  /// Contestants, fastest first, that the rounds don't tell from their neighbour in the list.
  package var ties: [Tie]
}

/// Two contestants, next to each other by their times, that this machine is too noisy to rank.
package struct Tie: Codable, Equatable, Sendable {
  package var faster: String
  package var slower: String
  /// How many times as fast the first is, by rounds; the interval holds 1.
  package var ratio: Double
  package var interval: Interval
  /// The larger one of the two; see ``RowSummary/spread``.
  package var spread: Double
}

extension BenchmarkReport {
  /// - Throws: `MeasurementError` for records that no measurement gives, such as times below zero.
  package func summaries() throws(MeasurementError) -> [CellSummary] {
    let bootstrap = Bootstrap(seed: seed)
    var summaries: [CellSummary] = []
    for (cell, records) in recordsByCell {
      func rows(of name: String) -> [RowRecord] { records.compactMap { $0.rows.first { $0.contestant == name } } }
      let baseline = rows(of: self.baseline)
      var found: [RowSummary] = []
      for name in records.first?.rows.map(\.contestant) ?? [] {
        found.append(try RowSummary(rows(of: name), baseline: baseline, cell: cell, bootstrap: bootstrap))
      }
      let ties = try self.ties(among: found, bootstrap) { rows(of: $0) }
      summaries.append(CellSummary(cell: cell, rows: found, ties: ties))
    }
    return summaries
  }

  /// Neighbours by time whose ratio's interval holds 1.
  private func ties(
    among rows: [RowSummary], _ bootstrap: Bootstrap, records: (String) -> [RowRecord]
  ) throws(MeasurementError) -> [Tie] {
    let ordered = rows.filter { $0.rounds > 0 }.sorted { ($0.ratio ?? 0) > ($1.ratio ?? 0) }
    var ties: [Tie] = []
    for (faster, slower) in zip(ordered, ordered.dropFirst()) {
      let ratios = zip(records(faster.contestant), records(slower.contestant)).flatMap { faster, slower in
        RowSummary.ratios(faster, to: slower)
      }
      let interval = try bootstrap.median(of: ratios)
      guard interval.contains(1) else { continue }
      ties.append(
        Tie(
          faster: faster.contestant, slower: slower.contestant, ratio: Rounds.median(ratios), interval: interval,
          spread: max(faster.spread ?? 0, slower.spread ?? 0)))
    }
    return ties
  }
}

/// In how many rows the repetitions of a comparison agree.
package struct Agreement: Equatable, Sendable {
  /// What two ratios of one row may differ by, relatively.
  package static let limit = 0.05

  package var rows: Int
  package var agreeing: Int
  package var largest: Double

  /// Nil for a single repetition. The baseline's own rows, whose ratio is 1, don't count.
  package init?(_ summaries: [CellSummary], baseline: String) {
    let differences = summaries.flatMap(\.rows).filter { $0.contestant != baseline }.compactMap(\.disagreement)
    guard let largest = differences.max() else { return nil }
    rows = differences.count
    agreeing = differences.count { $0 <= Self.limit }
    self.largest = largest
  }
}
