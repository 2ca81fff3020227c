package import FoundationEssentials
import Measurement

/// The whole comparison: each cell in turn, in which fresh processes of all contestants have interleaved rounds.
package struct Comparison {
  package let entries: [Entry]
  package let cells: [Cell]
  /// By its name among the entries.
  package let baseline: String
  package let effort: Effort
  package let seed: UInt64
  /// A folder for what the processes say.
  private let logs: URL

  package init(_ field: Field, effort: Effort, seed: UInt64, logs: URL) throws(BenchmarkError) {
    guard !field.cells.isEmpty else { throw .noCells }
    let first = field.baseline
    if let cell = field.cells.first(where: { !first.kinds.contains($0.kind) }) {
      throw .noContestants(reason: "the baseline \(first.contestant.name) does not take \(cell.workload)")
    }
    entries = field.entries
    cells = field.cells
    baseline = field.baseline.contestant.name
    self.effort = effort
    self.seed = seed
    self.logs = logs
  }

  /// Carries it out once.
  ///
  /// - Parameters:
  ///   - repetition: from 0; another one has other orders.
  ///   - progress: is told what is done, a line each time.
  /// - Throws: ``BenchmarkError/baselineNotTimed(name:workload:problem:)``; any other contestant that fails is recorded
  ///   with what it said.
  package func run(repetition: Int, progress: (String) -> Void) throws(BenchmarkError) -> [CellRecord] {
    var random = SplitMix64(seed: seed &+ UInt64(repetition) &* 0x9E37_79B9_7F4A_7C15)
    var records: [CellRecord] = []
    for cell in cells { records.append(try measure(cell, &random, progress)) }
    return records
  }

  private func measure(
    _ cell: Cell, _ random: inout SplitMix64, _ progress: (String) -> Void
  ) throws(BenchmarkError) -> CellRecord {
    let takingPart = entries.filter { $0.kinds.contains(cell.kind) }
    progress("\(cell.workload): starting \(takingPart.count) processes")
    var processes: [String: ContestantProcess] = [:]
    var problems: [String: String] = [:]
    for entry in takingPart.shuffled(using: &random) {
      let name = entry.contestant.name
      let place = takingPart.firstIndex { $0.contestant.name == name } ?? 0
      do throws(BenchmarkError) {
        processes[name] = try ContestantProcess(
          entry, workload: cell.workload, log: logs.appending(path: "contestant-\(place).log"))
      } catch {
        problems[name] = "\(error)"
      }
    }
    defer { for process in processes.values { process.finish() } }

    var comparisons: [String: AnswerComparison] = [:]
    for entry in takingPart {
      let name = entry.contestant.name
      guard let process = processes[name], let reference = entry.reference else { continue }
      let comparison = processes[reference].flatMap { AnswerComparison(process.firstAnswer, to: $0.firstAnswer) }
      comparisons[name] = comparison
      guard entry.contestant.isExact else { continue }
      if let comparison, comparison.difference <= AnswerComparison.tolerance { continue }
      problems[name] =
        comparison.map { "its logits differ from those of \(reference) by \($0.difference)" }
        ?? "its logits can't be compared with those of \(reference)"
    }

    let timed = takingPart.filter { $0.isTimed && problems[$0.contestant.name] == nil }
      .compactMap { processes[$0.contestant.name] }
    let outcome = Rounds(effort: effort).measure(count: timed.count, random: &random) {
      (contestant, runs, untimed, most) throws(BenchmarkError) in
      try timed[contestant].time(runs: runs, untimed: untimed, most: most, cold: effort.coldCaches)
    }
    var turns: [String: [[Double]]] = [:]
    for (place, process) in timed.enumerated() {
      turns[process.entry.contestant.name] = outcome.turns[place]
      problems[process.entry.contestant.name] = outcome.problems[place]
    }
    if let problem = problems[baseline] {
      throw .baselineNotTimed(name: baseline, workload: cell.workload, problem: problem)
    }

    let rows = takingPart.filter(\.isTimed).map { entry in
      let name = entry.contestant.name
      return RowRecord(
        contestant: name, version: processes[name]?.greeting.version,
        instructionSet: processes[name]?.greeting.instructionSet, problem: problems[name],
        difference: comparisons[name]?.difference,
        decibels: comparisons[name].flatMap { $0.decibels.isFinite ? $0.decibels : nil },
        firstResultSeconds: processes[name]?.firstResultSeconds,
        // What empties the caches is memory of the process too.
        peakResidentBytes: effort.coldCaches ? nil : processes[name]?.peakResidentBytes,
        turns: turns[name] ?? [])
    }
    for row in rows { if let problem = row.problem { progress("\(cell.workload): \(row.contestant): \(problem)") } }
    progress("\(cell.workload): \(rows.map(\.turns.count).max() ?? 0) rounds")
    return CellRecord(cell: cell, rows: rows)
  }
}
