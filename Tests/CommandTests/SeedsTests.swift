import Foundation
import TestSupport
import Testing

/// A tiny recipe over several seeds, and the report of it in both languages.
@Suite("Several seeds, from the recipe to the report") struct SeedsTests {
  private struct Results: Decodable {
    struct Spread: Decodable {
      var mean: Double
      var standard_deviation: Double
      var interval: [Double]
    }

    struct Figures: Decodable {
      var accuracies: [Double]
      var accuracy: Spread
      var differences: [Double]?
      var difference: Spread?
      var removed_layers: [[Int]]?
    }

    struct Length: Decodable {
      var tokens: Int
      var p50: Double
    }

    struct Variant: Decodable {
      var name: String
      var accuracy: Double
      var over_seeds: Figures?
      var latency_by_length: [Length]?
    }

    var seed: Int
    var seeds: [Int]?
    var variants: [Variant]
  }

  private let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    try TinyModel.write(to: scratch.url.appending(path: "model"))
    for (name, count) in [("train", 120), ("dev", 40)] {
      let rows = (0..<count).map {
        "a word\(9 + $0 % 88) \($0 % 2 == 0 ? "fine" : "dull") word\(9 + $0 / 3) film\t\($0 % 2)"
      }
      try scratch.write((["sentence\tlabel"] + rows).joined(separator: "\n") + "\n", "\(name).tsv")
    }
    try scratch.write(
      """
      name: tiny
      titles: {zh: 小小的试验}
      seed: 3
      model: {name: \(scratch.path)/model}
      data: {name: sst2, maximum_length: 16, selection_fraction: 0.3}
      finetune: {num_train_epochs: 1, train_batch_size: 8, learning_rate: 2.0e-3}
      prune: {layers: 1}
      refinetune: {num_train_epochs: 1, train_batch_size: 8, distillation: {temperature: 2, alpha: 0.5}}
      quantize: [int8-ptq-dynamic]
      evaluate: {rounds: 2, latency_sentences: 2, warmup: 1, batch_sizes: [1, 2], batch_tokens: 8, lengths: [5, 12, 4000]}
      """, "tiny.yaml")
  }

  private func run(_ settings: String...) throws {
    let result = try Program.run(
      ["run", scratch.path + "/tiny.yaml", "--data", scratch.path, "--output", scratch.path + "/out", "--quiet"]
        + settings.flatMap { ["--set", $0] })
    try #require(result.status == 0, "\(result.errors)")
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: scratch.url.appending(path: "out/\(path)"), encoding: .utf8)
  }

  private func results() throws -> Results {
    try JSONDecoder().decode(Results.self, from: Data(try text("report/results.json").utf8))
  }

  /// Of a file of predictions.
  private func accuracy(_ path: String) throws -> Double {
    let rows = try text(path).split(separator: "\n").dropFirst().map { $0.split(separator: "\t") }
    return Double(rows.count { $0[1] == $0[2] }) / Double(rows.count)
  }

  private func records() throws -> [String: String] {
    let root = scratch.url.appending(path: "out")
    var records: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: root.path(percentEncoded: false))
    where path.contains("stages/") && path.hasSuffix(".json") && !path.hasSuffix("/evaluate.json") {
      records[path] = try text(path)
    }
    return records
  }

  @Test func seeds() throws {
    try run("seeds=[3, 4, 5]")
    let found = try results()
    #expect(found.seed == 3 && found.seeds == [3, 4, 5])
    let names = [
      "baseline", "pruned", "baseline-fp16", "pruned-fp16", "baseline-int8-ptq-dynamic", "pruned-int8-ptq-dynamic",
    ]
    #expect(found.variants.map(\.name) == names)

    // Recomputed from what each seed said of dev. t of two degrees of freedom at 95 % is 4.302653.
    func summary(_ values: [Double]) -> (mean: Double, deviation: Double, half: Double) {
      let mean = values.reduce(0, +) / 3
      let deviation = (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 2).squareRoot()
      return (mean, deviation, 4.302652729749462 * deviation / 3.squareRoot())
    }
    func check(_ spread: Results.Spread, _ values: [Double]) {
      let expected = summary(values)
      #expect(abs(spread.mean - expected.mean) < 1e-12)
      #expect(abs(spread.standard_deviation - expected.deviation) < 1e-12)
      #expect(abs(spread.interval[0] - (expected.mean - expected.half)) < 1e-9)
      #expect(abs(spread.interval[1] - (expected.mean + expected.half)) < 1e-9)
    }
    let folders = ["", "seeds/4/", "seeds/5/"]
    let baselines = try folders.map { try accuracy($0 + "predictions/baseline.tsv") }
    var hasSpread = false
    for variant in found.variants {
      let accuracies = try folders.map { try accuracy($0 + "predictions/\(variant.name).tsv") }
      let figures = try #require(variant.over_seeds)
      #expect(accuracies[0] == variant.accuracy)
      #expect(zip(figures.accuracies, accuracies).allSatisfy { abs($0 - $1) < 1e-12 })
      check(figures.accuracy, accuracies)
      hasSpread = hasSpread || figures.accuracy.standard_deviation > 0
      if variant.name == "baseline" {
        #expect(figures.difference == nil && figures.removed_layers == nil)
      } else {
        check(try #require(figures.difference), zip(accuracies, baselines).map { $0 - $1 })
      }
      if variant.name.hasPrefix("pruned") { #expect(figures.removed_layers?.map(\.count) == [1, 1, 1]) }
    }
    #expect(hasSpread, "no seed changed anything")
    #expect(try text("stages/finetune.json") != text("seeds/4/stages/finetune.json"))
    #expect(try text("report/results.md").contains("## Over 3 seeds"))

    // The length that the model can't take is left out; the others are there for each variant.
    for variant in found.variants {
      let lengths = try #require(variant.latency_by_length)
      #expect(lengths.map(\.tokens) == [5, 12] && lengths.allSatisfy { $0.p50 > 0 })
    }
    #expect(try text("report/latency-length.svg").contains(">Latency by length<"))

    // Nothing is done twice: neither by the same command, nor by one with a further seed, nor by one without.
    let before = try records()
    try run("seeds=[3, 4, 5]")
    #expect(try records() == before)
    try run("seeds=[3, 4, 5, 6]")
    let more = try records()
    #expect(before.allSatisfy { more[$0.key] == $0.value } && more.keys.contains("seeds/6/stages/predict.json"))
    #expect(try results().variants.allSatisfy { $0.over_seeds?.accuracies.count == 4 })
    try run()
    #expect(try records() == more)
    #expect(try results().variants.allSatisfy { $0.over_seeds == nil })
    #expect(try !text("report/results.md").contains("seeds"))

    try inChinese()
  }

  /// The recipe's language, and another one afterwards.
  private func inChinese() throws {
    try run("report.language=zh")
    for name in ["index.html", "results.md"] { #expect(try text("report/\(name)").contains("小小的试验"), "\(name)") }
    let again = try Program.run(["report", scratch.path + "/out", "--output", scratch.path + "/again"])
    #expect(again.status == 0, "\(again.errors)")
    let page = scratch.url.appending(path: "again/index.html")
    #expect(try String(contentsOf: page, encoding: .utf8).contains("<html lang=\"zh-Hans\""))
    let english = try Program.run(
      ["report", scratch.path + "/out", "--output", scratch.path + "/again", "--language", "en", "--margin", "0.5"])
    #expect(english.status == 0, "\(english.errors)")
    let text = try String(contentsOf: page, encoding: .utf8)
    #expect(text.contains("<html lang=\"en\"") && text.contains("budget of 50 points"))
  }
}
