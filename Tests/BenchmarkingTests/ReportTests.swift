import Benchmarking
import Foundation
import Measurement
import TestSupport
import Testing

@Suite("Figures of a comparison") struct ReportTests {
  private static let single = Cell(Workload.fixed(batch: 1, tokens: 16))
  private static let batch = Cell(Workload.fixed(batch: 8, tokens: 16))

  /// - Parameter times: of each contestant, by round.
  private static func report(_ cell: Cell, _ repetitions: [[String: [Double]]], calls: Int = 4) -> BenchmarkReport {
    let names = ["slow", "fast", "twin"].filter { repetitions.first?[$0] != nil }
    let records = repetitions.map { times in
      [
        CellRecord(
          cell: cell,
          rows: names.map { name in
            RowRecord(
              contestant: "\(name), espalier", instructionSet: "avx2", firstResultSeconds: 0.2,
              peakResidentBytes: 1 << 20,
              turns: (times[name] ?? []).map { time in (0..<calls).map { _ in time } })
          })
      ]
    }
    return BenchmarkReport(
      command: "espalier bench", version: "0", commit: nil, date: "2000-01-01T00:00:00Z", seed: 3, threads: 2,
      effort: Effort(), machine: .current(), loadAverageAtEnd: nil,
      contestants: names.map {
        ContestantFacts(model: $0, engine: "espalier", weights: "F32", isExact: false, diskBytes: 1 << 21)
      }, baseline: "slow, espalier", notes: ["a note"], repetitions: records)
  }

  @Test("Drift that hits all alike leaves the ratio alone") func drift() throws {
    // The machine gets ten times slower meanwhile.
    let slow = (0..<20).map { 0.01 * (1 + 0.45 * Double($0)) }
    let report = Self.report(Self.single, [["slow": slow, "fast": slow.map { $0 / 2 }]])
    let rows = try #require(try report.summaries().first).rows
    #expect(rows.map(\.contestant) == ["slow, espalier", "fast, espalier"])
    let ratio = try #require(rows[1].ratio), interval = try #require(rows[1].ratioInterval)
    #expect(abs(ratio - 2) < 1e-6)
    #expect(interval.upper - interval.lower < 1e-6)
    #expect(rows[0].ratio == 1)
    // The spread tells of the drift all the same.
    #expect(try #require(rows[0].spread) > 0.5)
  }

  @Test func latencyOfSingleStream() throws {
    let times = (1...100).map { Double($0) / 1000 }
    let row = try #require(
      try Self.report(Self.single, [["slow": times]], calls: 1).summaries().first?.rows.first)
    #expect(abs(try #require(row.latency).p90 - 0.0901) < 1e-9)
    #expect(row.latencyIntervals.count == 3)
    #expect(row.latencyIntervals[1].contains(0.0901))
    // Of 100 calls the third largest.
    #expect(row.earlyStoppingP90 == 0.098)
    #expect(row.sentencesPerSecond == nil)
    let few = try #require(
      try Self.report(Self.single, [["slow": Array(times.prefix(60))]], calls: 1).summaries().first?.rows.first)
    #expect(few.earlyStoppingP90 == nil)
  }

  @Test func throughputOfBatches() throws {
    let row = try #require(
      try Self.report(Self.batch, [["slow": [0.04, 0.04, 0.04]]]).summaries().first?.rows.first)
    #expect(abs(try #require(row.sentencesPerSecond) - 200) < 1e-6)
    #expect(row.earlyStoppingP90 == nil && row.latencyIntervals.isEmpty)
  }

  @Test("Contestants that the rounds don't tell apart are named, others not") func ties() throws {
    var random = SeededGenerator(state: 5)
    func noisy(_ seconds: Double) -> [Double] {
      (0..<30).map { _ in seconds * Double.random(in: 0.8...1.2, using: &random) }
    }
    let report = Self.report(Self.single, [["slow": noisy(0.02), "fast": noisy(0.01), "twin": noisy(0.01)]])
    let summary = try #require(try report.summaries().first)
    #expect(summary.ties.count == 1)
    let tie = try #require(summary.ties.first)
    #expect(Set([tie.faster, tie.slower]) == ["fast, espalier", "twin, espalier"])
    #expect(tie.interval.contains(1) && tie.spread > 0.05)
    #expect(BenchmarkMarkdown(report, [summary]).text.contains("can't be ranked"))
  }

  @Test("Repetitions: the largest difference of each row, and in how many rows it stays within 5 %") func agreement()
    throws
  {
    let steady = [Double](repeating: 0.01, count: 6)
    let report = Self.report(
      Self.single,
      [
        ["slow": steady, "fast": steady.map { $0 / 2 }, "twin": steady.map { $0 / 2 }],
        ["slow": steady, "fast": steady.map { $0 / 2.08 }, "twin": steady.map { $0 / 2.2 }],
      ])
    let summaries = try report.summaries()
    let rows = try #require(summaries.first).rows
    #expect(rows[1].repetitionRatios.count == 2)
    #expect(abs(try #require(rows[1].disagreement) - 0.04) < 1e-4)
    let agreement = try #require(Agreement(summaries, baseline: report.baseline))
    #expect((agreement.rows, agreement.agreeing) == (2, 1))
    #expect(abs(agreement.largest - 0.1) < 1e-4)
    let text = BenchmarkMarkdown(report, summaries).text
    #expect(text.contains("The ratios of 1 of 2 rows stay within 5.0 % over 2 repetitions"), "\(text)")
    let once = Self.report(Self.single, [["slow": steady, "fast": steady]])
    #expect(Agreement(try once.summaries(), baseline: once.baseline) == nil)
  }

  @Test("The tables hold what the figures depend on") func markdown() throws {
    let report = Self.report(Self.batch, [["slow": [0.02, 0.02], "fast": [0.01, 0.01]]])
    let text = BenchmarkMarkdown(report, try report.summaries()).text
    for words in [
      "# Times as fast as slow, espalier", "2.00 (2.00 to 2.00)", "instruction set avx2", "frequency scaling",
      "2 threads", "seed 3", "`espalier bench`", "- a note", "| 800 (800 to 800) |",
    ] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
  }

  @Test("Records come back from JSON as they were") func json() throws {
    let report = Self.report(Self.single, [["slow": [0.02, 0.021], "fast": [0.0100001, 0.01]]])
    let again = try JSONDecoder().decode(BenchmarkReport.self, from: try JSONEncoder().encode(report))
    #expect(again == report)
    #expect(try again.summaries() == report.summaries())
  }

  @Test("The baseline is the first, or who is called so") func baseline() throws {
    func entry(_ model: String, _ engine: String, isTimed: Bool = true) -> Entry {
      Entry(
        contestant: ContestantFacts(model: model, engine: engine, weights: "F32", isExact: false, diskBytes: 1),
        command: [], environment: [:], isTimed: isTimed)
    }
    let entries = [
      entry("a", "espalier", isTimed: false), entry("a", "torch"), entry("b", "espalier"), entry("b", "torch"),
    ]
    #expect(try entries.baseline(named: nil).contestant.name == "a, torch")
    #expect(try entries.baseline(named: "b").contestant.name == "b, espalier")
    #expect(try entries.baseline(named: "b, torch").contestant.name == "b, torch")
    #expect(throws: BenchmarkError.unknownBaseline(found: "c", known: ["a, torch", "b, espalier", "b, torch"])) {
      try entries.baseline(named: "c")
    }
  }
}
