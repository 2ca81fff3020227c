import Foundation
import Reports
import Testing

@Suite("Radar scores") struct RadarScoreTests {
  // By hand from the study's table: CPU latencies 127.99 (12L), 114.94 (8L), 67.02 (8L INT8 PTQ).
  // 0.1 + 0.9 * (127.99 - 114.94) / (127.99 - 67.02) = 0.1 + 0.9 * 13.05 / 60.97 = 0.292635722...
  @Test("cost") func cost() {
    let shown = [127.99, 114.94, 67.02]
    let score = RadarScore()
    #expect(abs(score.cost(114.94, among: shown) - 0.29263572) < 1e-8)
    #expect(abs(score.cost(127.99, among: shown) - 0.1) < 1e-12)
    #expect(abs(score.cost(67.02, among: shown) - 1) < 1e-12)
  }

  @Test("equal costs all score 1") func equal() {
    #expect(RadarScore().cost(5, among: [5, 5]) == 1)
    #expect(RadarScore().cost(5, among: []) == 1)
  }

  // 0.1 + 0.9 * (0.9278 - 0.90) / 0.04 = 0.7255
  @Test("accuracy, clipped", arguments: [(0.9278, 0.7255), (0.89, 0.1), (0.95, 1.0), (0.92, 0.55)])
  func accuracy(value: Double, expected: Double) {
    #expect(abs(RadarScore().accuracy(value) - expected) < 1e-12)
  }

  @Test("another range and alpha") func parameters() {
    let score = RadarScore(alpha: 0, accuracyRange: 0.8...1)
    #expect(abs(score.accuracy(0.85) - 0.25) < 1e-12)
  }

  @Test("the study's range is kept where it holds, else widened by whole steps") func range() {
    #expect(RadarScore.accuracyRange(holding: [0.91, 0.93]) == 0.90...0.94)
    #expect(RadarScore.accuracyRange(holding: []) == 0.90...0.94)
    #expect(RadarScore.accuracyRange(holding: [0.887, 0.93]) == 0.88...0.94)
    #expect(RadarScore.accuracyRange(holding: [0.91, 0.951]) == 0.90...0.96)
  }

  // Of the made-up 4-layer FP16 row: 0.1 + 0.9 (1 − 38.38 / 90.89) = 0.6200 for its size, in whatever company.
  @Test("fixed ranges do not change with who is shown") func fixed() throws {
    func row(_ results: ShowdownResults) throws -> String {
      let page = try #require(try Report(results).files().first { $0.name == "index.html" }).text
      let figure = try #require(page.components(separatedBy: "<figure id=\"radar-cpu-fixed\"").last)
      let rows = figure.components(separatedBy: "</figure>")[0].components(separatedBy: "<tr ")
      return try #require(rows.last { $0.contains("4. Pruned FP16 (4L)") })
    }
    var results = MadeUpResults.full()
    let all = try row(results)
    #expect(all.contains(">0.620<"))
    results.variants.remove(at: 2)
    #expect(try row(results) == all)
  }

  @Test("the figure states range and formula") func stated() throws {
    let files = try Report(MadeUpResults.full(), radarAccuracyRange: 0.80...0.95).files()
    let page = try #require(files.first { $0.name == "index.html" }).text
    #expect(page.contains("0.1 + 0.9 (x − 0.80) / 0.15, clipped to 0.80–0.95."))
  }
}
