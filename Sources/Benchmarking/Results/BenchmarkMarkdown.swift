import Measurement
import Reports

/// The tables of a comparison, for terminals and Markdown alike.
package struct BenchmarkMarkdown {
  private let report: BenchmarkReport
  private let summaries: [CellSummary]

  /// - Parameter summaries: of `report`.
  package init(_ report: BenchmarkReport, _ summaries: [CellSummary]) {
    self.report = report
    self.summaries = summaries
  }

  package var text: String {
    var lines = ["# Times as fast as \(DataTable.escapedMarkdown(report.baseline))", ""]
    lines += [conditions, "", explanation]
    for summary in summaries {
      lines += ["", "## \(title(summary.cell))", ""]
      lines.append(text(table(summary)))
      lines += remarks(summary)
    }
    lines += repetitions
    let warnings = self.warnings + report.notes
    if !warnings.isEmpty { lines += [""] + warnings.map { "- \($0)" } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What the times depend on.
  private var conditions: String {
    let machine = report.machine
    let records = report.repetitions.flatMap { $0 }.flatMap(\.rows)
    let sets = unique(records.compactMap(\.instructionSet))
    let versions = unique(
      report.contestants.compactMap { contestant in
        let version = records.first { $0.contestant == contestant.name && $0.version?.isEmpty == false }?.version
        // "onnxruntime fused" is of the engine onnxruntime.
        return version.map { "\(contestant.engine.prefix { $0 != " " }) \($0)" }
      })
    var parts = [
      "\(machine.cpu ?? "unknown processor"), \(machine.logicalCores) logical cores"
        + (machine.affinityCores.map { $0 == machine.logicalCores ? "" : ", \($0) of them for this process" } ?? "")
        + (machine.cpuQuota.map { ", a quota of \(NumberText.fixed($0, 1))" } ?? ""),
      "\(report.threads) thread\(report.threads == 1 ? "" : "s")",
      sets.isEmpty ? "" : "instruction set \(sets.joined(separator: ", ")) (Espalier)",
      "frequency scaling: \(machine.frequencyGovernor ?? "not told by this system")",
      "load \(load(machine.loadAverage)) at the start, \(load(report.loadAverageAtEnd)) at the end, ours included",
      machine.kernel ?? "",
    ]
    parts.removeAll { $0.isEmpty }
    let program = "Espalier \(report.version)" + (report.commit.map { ", commit \($0)" } ?? "")
    return parts.joined(separator: "; ") + ". "
      + ([program] + versions).joined(separator: "; ")
      + ". \(report.date), seed \(report.seed). Command: `\(report.command)`."
  }

  private var explanation: String {
    let count = report.repetitions.count
    return
      "Ratios are the middle of interleaved rounds' ratios with a 95 % bootstrap interval over rounds: above 1 is faster. "
      + "First result: from the start of the process. Memory: peak, resident. MB are 2^20 bytes. dB: signal to noise of the "
      + "logits, beside the baseline's; of another engine, beside Espalier's of the same model."
      + (report.effort.coldCaches ? " Caches were emptied before each run." : "")
      + (count > 1 ? " Figures are of all \(count) repetitions together." : "")
  }

  private func title(_ cell: Cell) -> String {
    switch cell.kind {
    case .batch where cell.isSingleStream: "\(cell.workload): one sentence of \(cell.tokens) tokens at a time"
    case .batch: "\(cell.workload): \(cell.sentences) sentences of \(cell.tokens / cell.sentences) tokens at once"
    case .dataset: "\(cell.workload): \(cell.sentences) sentences of \(cell.tokens) tokens in all"
    }
  }

  private func table(_ summary: CellSummary) -> DataTable {
    let isSingle = summary.cell.isSingleStream
    let figures =
      ["Times as fast"]
      + (isSingle
        ? ["p50 ms", "p90 ms", "p99 ms", "p90 ms, early stopping", "Calls"] : ["Sentences/s", "ms a run", "Runs"])
      + ["Rounds", "Spread", "First result s", "Memory MB", "Disk MB", "dB"]
    let rows: [[String]] = summary.rows.compactMap { row in
      guard let facts = report.contestants.first(where: { $0.name == row.contestant }) else { return nil }
      return [facts.model, facts.engine, facts.weights] + self.figures(row, facts, isSingle: isSingle)
    }
    return DataTable(
      columns: ["Model", "Engine", "Weights"].map { .text($0) } + figures.map { .number($0) }, rows: rows)
  }

  /// A table as one line of the text, without its end.
  private func text(_ table: DataTable) -> String { String(table.markdown.dropLast()) }

  private func figures(_ row: RowSummary, _ facts: ContestantFacts, isSingle: Bool) -> [String] {
    guard let latency = row.latency, let ratio = row.ratio else {
      return ["not timed"] + Array(repeating: FigureText.none, count: isSingle ? 11 : 9)
    }
    func two(_ value: Double) -> String { NumberText.fixed(value, 2) }
    var figures = [
      facts.name == report.baseline
        ? "1" : FigureText.with(row.ratioInterval?.lower, row.ratioInterval?.upper, two(ratio), two)
    ]
    if isSingle {
      for (place, value) in [latency.p50, latency.p90, latency.p99].enumerated() {
        let interval = row.latencyIntervals.count > place ? row.latencyIntervals[place] : nil
        figures.append(
          FigureText.with(interval?.lower, interval?.upper, FigureText.milliseconds(value)) {
            FigureText.milliseconds($0)
          })
      }
      figures.append(FigureText.milliseconds(row.earlyStoppingP90))
    } else {
      let interval = row.sentencesPerSecondInterval
      figures.append(
        FigureText.with(
          interval?.lower, interval?.upper, row.sentencesPerSecond.map(FigureText.significant) ?? FigureText.none,
          FigureText.significant))
      figures.append(FigureText.milliseconds(latency.p50))
    }
    return figures + [
      "\(latency.count)", "\(row.rounds)", row.spread.map(FigureText.percent) ?? FigureText.none,
      row.firstResultSeconds.map { NumberText.fixed($0, 2) } ?? FigureText.none,
      FigureText.megabytes(row.peakResidentBytes), FigureText.megabytes(facts.diskBytes),
      row.decibels.map { NumberText.fixed($0, 1) } ?? FigureText.none,
    ]
  }

  private func remarks(_ summary: CellSummary) -> [String] {
    var remarks = summary.rows.compactMap { row in
      row.problem.map { "- \(DataTable.escapedMarkdown(row.contestant)) was not timed: \($0)." }
    }
    remarks += summary.ties.map { tie in
      func two(_ value: Double) -> String { NumberText.fixed(value, 2) }
      return
        "- Warning: \(DataTable.escapedMarkdown(tie.faster)) and \(DataTable.escapedMarkdown(tie.slower)) can't be ranked: "
        + FigureText.with(tie.interval.lower, tie.interval.upper, two(tie.ratio), two)
        + " times as fast, rounds spread by \(FigureText.percent(tie.spread))."
    }
    return remarks.isEmpty ? [] : [""] + remarks
  }

  private var repetitions: [String] {
    guard let agreement = Agreement(summaries, baseline: report.baseline) else { return [] }
    let columns =
      report.repetitions.indices.map { "Repetition \($0 + 1)" } + ["Largest difference"]
    let rows = summaries.flatMap { summary in
      summary.rows.filter { $0.contestant != report.baseline }.compactMap { row in
        row.disagreement.map { disagreement in
          [summary.cell.workload, row.contestant] + row.repetitionRatios.map { NumberText.fixed($0, 3) }
            + [FigureText.percent(disagreement)]
        }
      }
    }
    let table = DataTable(columns: [.text("Cell"), .text("Contestant")] + columns.map { .number($0) }, rows: rows)
    return [
      "", "## Repetitions", "", text(table), "",
      "The ratios of \(agreement.agreeing) of \(agreement.rows) rows stay within "
        + "\(FigureText.percent(Agreement.limit)) over \(report.repetitions.count) repetitions; the largest difference is "
        + "\(FigureText.percent(agreement.largest)).",
    ]
  }

  private var warnings: [String] {
    var warnings: [String] = []
    if let load = report.machine.loadAverage?.first, load > 0.5 * Double(report.machine.logicalCores) {
      warnings.append(
        "Warning: the load was \(NumberText.fixed(load, 1)) when the comparison began: something else was at work.")
    }
    let processors = report.machine.affinityCores ?? report.machine.logicalCores
    if report.threads > processors {
      warnings.append("Warning: \(report.threads) threads share \(processors) processors.")
    }
    return warnings
  }

  private func load(_ averages: [Double]?) -> String {
    averages?.first.map { NumberText.fixed($0, 1) } ?? "unknown"
  }

  private func unique(_ texts: [String]) -> [String] {
    texts.reduce(into: []) { found, text in if !found.contains(text) { found.append(text) } }
  }
}
