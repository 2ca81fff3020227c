import Foundation
import Pipeline
import Reports
import TestSupport
import Testing
import Yams

@Suite("Two runs side by side") struct RunComparisonTests {
  /// A run folder with one variant besides the baseline; `wrong` rows of `labels` are answered wrongly by it.
  private func run(
    _ scratch: ScratchDirectory, _ name: String, labels: [Int], wrong: Set<Int>, p50: Double, extra: String? = nil,
    keepsPredictions: Bool = true
  ) throws -> String {
    let folder = scratch.url.appending(path: name, directoryHint: .isDirectory)
    var small = VariantResult(name: "small", title: "Small", role: .converted)
    small.count = labels.count
    small.correct = labels.count - wrong.count
    small.accuracy = Double(labels.count - wrong.count) / Double(labels.count)
    small.sizeBytes = name == "first" ? 1000 : 500
    small.latency = LatencyFigures(p50: p50, p90: p50, p99: p50, p50Interval: Bounds(0.9 * p50, 1.1 * p50))
    var variants = [VariantResult(name: "baseline", role: .baseline), small]
    if let extra { variants.append(VariantResult(name: extra, role: .pruned)) }
    var results = ShowdownResults(title: name, variants: variants)
    results.threads = name == "first" ? 1 : 2
    let report = folder.appending(path: "report", directoryHint: .isDirectory)
    let predictions = folder.appending(path: "predictions", directoryHint: .isDirectory)
    for directory in [report, predictions] {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }
    try Data(results.json().utf8).write(to: report.appending(path: "results.json"))
    let lines = labels.enumerated().map { row, label in
      "\(row)\t\(label)\t\(wrong.contains(row) ? 1 - label : label)\t0"
    }
    if keepsPredictions {
      let text = (["row\tlabel\tprediction\tlogit_0"] + lines).joined(separator: "\n") + "\n"
      try Data(text.utf8).write(to: predictions.appending(path: "small.tsv"))
    }
    return folder.path(percentEncoded: false)
  }

  private let labels = (0..<200).map { $0 % 2 }

  @Test("Predictions of the same rows are paired, others are not") func pairing() throws {
    let scratch = try ScratchDirectory()
    let first = try run(scratch, "first", labels: labels, wrong: Set(0..<20), p50: 10, extra: "old")
    let second = try run(scratch, "second", labels: labels, wrong: Set(0..<22), p50: 5, extra: "new")
    let difference = try RunComparison.difference([first, second])
    #expect(difference.unmatched == [["old"], ["new"]])
    #expect(difference.warnings == ["The runs differ in threads: 1 and 2."])
    let row = try #require(difference.rows.last)
    #expect(row.name == "small" && row.isPaired)
    #expect(abs((row.accuracyDifference ?? 0) + 0.01) < 1e-12)
    #expect(row.sizeRatio == 0.5 && row.latencyRatio == 0.5)
    // Two rows changed, both for the worse: no resample gains.
    let paired = try #require(row.accuracyInterval)
    #expect(paired.upper == 0 && paired.lower < -0.01 && paired.lower >= -0.03)
    let times = try #require(row.latencyInterval)
    #expect(times.lower < 0.45 && times.lower > 0.4 && times.upper > 0.55 && times.upper < 0.6)
    let turned = try run(scratch, "turned", labels: labels.map { 1 - $0 }, wrong: Set(0..<22), p50: 5)
    let bare = try run(scratch, "bare", labels: labels, wrong: Set(0..<22), p50: 5, keepsPredictions: false)
    for other in [turned, bare, bare + "/report/results.json"] {
      let row = try #require(try RunComparison.difference([first, other]).rows.last)
      #expect(!row.isPaired)
      let bounds = try #require(row.accuracyInterval)
      #expect(bounds.upper - bounds.lower > 2 * (paired.upper - paired.lower))
      #expect(bounds.lower < -0.01 && bounds.upper > -0.01)
    }
  }

  @Test func aReportOfOtherPredictionsIsNotPairedWithThem() throws {
    let scratch = try ScratchDirectory()
    let first = try run(scratch, "first", labels: labels, wrong: Set(0..<20), p50: 10)
    let second = try run(scratch, "second", labels: labels, wrong: Set(0..<22), p50: 5)
    let stale = URL(filePath: second).appending(path: "predictions/small.tsv")
    let text = try String(contentsOf: stale, encoding: .utf8)
    try Data(text.replacing("199\t1\t1", with: "199\t1\t0").utf8).write(to: stale)
    #expect(try RunComparison.difference([first, second]).rows.last?.isPaired == false)
  }

  @Test func theTableSaysWhatItIs() throws {
    let scratch = try ScratchDirectory()
    let first = try run(scratch, "first", labels: labels, wrong: Set(0..<20), p50: 10)
    let second = try run(scratch, "second", labels: labels, wrong: Set(0..<22), p50: 5)
    let text = try RunComparison.difference([first, second]).markdown
    #expect(text.contains("| Small | 0.9000 | 0.8900 | −1.00 \\[−"))
    #expect(text.contains("| paired | 0.50× | 0.50× \\[0.4"))
    #expect(text.contains("**The runs differ in threads: 1 and 2.**"))
  }

  @Test func aRunThatIsNotThere() throws {
    let scratch = try ScratchDirectory()
    let first = try run(scratch, "first", labels: labels, wrong: [], p50: 1)
    #expect(throws: PipelineError.noResults(path: "nowhere")) { try RunComparison.difference([first, "nowhere"]) }
  }
}

@Suite("The metadata of model cards") struct ModelCardYAMLTests {
  @Test func areYAML() throws {
    var variant = VariantResult(name: "baseline", title: "Base: \"line\"", role: .baseline)
    (variant.accuracy, variant.f1, variant.mcc, variant.precision) = (0.5, 0.25, -0.125, "F32")
    var results = ShowdownResults(title: "# a | b", variants: [variant])
    results.dataset = DatasetDescription(name: "data", description: "a: [b], \"c\" \\ # d")
    results.modelLicence = "Apache-2.0"
    let text = try #require(ModelCard(results, variant: "baseline")).markdown
    let head = try #require(text.split(separator: "---\n", maxSplits: 2).first)
    let yaml = try #require(try Yams.load(yaml: String(head)) as? [String: Any])
    #expect(yaml["license"] as? String == "apache-2.0")
    let index = try #require((yaml["model-index"] as? [[String: Any]])?.first)
    let result = try #require((index["results"] as? [[String: Any]])?.first)
    #expect((result["dataset"] as? [String: Any])?["name"] as? String == "a: [b], \"c\" \\ # d")
    let metrics = try #require(result["metrics"] as? [[String: Any]])
    #expect(metrics.map { $0["value"] as? Double } == [0.5, 0.25, -0.125])
  }
}
