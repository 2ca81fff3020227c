import Foundation
import TestSupport
import Testing

/// MNLI, whose dev has two files: the genres of the training data, and others.
@Suite("A second split that is reported on") struct OtherDevTests {
  private struct Results: Decodable {
    struct Variant: Decodable {
      var name: String
      var accuracy: Double
      var accuracy_interval: [Double]
      var difference: Double?
      var mcnemar_p_holm: Double?
      var size_bytes: Int?
    }
    struct Split: Decodable {
      var name: String
      var rows: Int?
      var variants: [Variant]?
    }
    var variants: [Variant]
    var splits: [Split]
    var other_split: Split?
  }

  private let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    try TinyModel.write(to: scratch.url.appending(path: "model"))
    try FileManager.default.createDirectory(
      at: scratch.url.appending(path: "mnli"), withIntermediateDirectories: true)
    for (name, count, first) in [("train", 150, 9), ("dev_matched", 45, 9), ("dev_mismatched", 36, 50)] {
      let rows = (0..<count).map { row in
        let word = "word\(first + row % 40)"
        let (second, label) = [
          ("fine \(word)", "entailment"), ("film \(word)", "neutral"), ("dull \(word)", "contradiction"),
        ][row % 3]
        return "\(row)\ta fine film \(word)\t\(second)\t\(label)"
      }
      try scratch.write(
        (["index\tsentence1\tsentence2\tgold_label"] + rows).joined(separator: "\n") + "\n", "mnli/\(name).tsv")
    }
    try scratch.write(
      """
      name: mnli
      model: {name: \(scratch.path)/model}
      data: {name: mnli, maximum_length: 16, selection_fraction: 0.2}
      finetune: {num_train_epochs: 4, train_batch_size: 8, learning_rate: 3.0e-3}
      prune: {layers: 1}
      refinetune: {num_train_epochs: 1, train_batch_size: 8, learning_rate: 1.0e-3}
      quantize: [int8-ptq-dynamic]
      evaluate: {rounds: 1, latency_sentences: 2, warmup: 1, batch_sizes: [1], batch_tokens: 8}
      """, "mnli.yaml")
  }

  private func run(_ settings: String...) throws -> Program.Result {
    try Program.run(
      [
        "run", "\(scratch.path)/mnli.yaml", "--data", "\(scratch.path)/mnli", "--output", "\(scratch.path)/run",
        "--quiet",
      ] + settings.flatMap { ["--set", $0] })
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: scratch.url.appending(path: path), encoding: .utf8)
  }

  private func results() throws -> Results {
    try JSONDecoder().decode(Results.self, from: Data(try text("run/report/results.json").utf8))
  }

  @Test func mismatched() throws {
    let result = try run()
    try #require(result.status == 0, "\(result.errors)")
    let results = try results()
    #expect(results.splits.map(\.name) == ["train", "selection", "dev", "dev_mismatched"])
    #expect(results.splits.compactMap(\.rows).dropFirst(2) == [45, 36])
    let other = try #require(results.other_split)
    let variants = try #require(other.variants)
    #expect(other.name == "dev_mismatched" && variants.map(\.name) == results.variants.map(\.name))
    #expect(variants.dropFirst().allSatisfy { $0.difference != nil && $0.mcnemar_p_holm != nil })
    #expect(variants.allSatisfy { $0.size_bytes == nil })
    // What the command says of that file.
    struct Figures: Decodable {
      var accuracy: Double
      var accuracy_interval: [Double]
    }
    for variant in variants {
      let evaluated = try Program.run([
        "evaluate", "\(scratch.path)/run/models/\(variant.name)", "--task", "mnli", "--maximum-length", "16", "--data",
        "\(scratch.path)/mnli/dev_mismatched.tsv", "--json", "--quiet",
      ])
      let figures = try JSONDecoder().decode(Figures.self, from: Data(evaluated.output.utf8))
      #expect(figures.accuracy == variant.accuracy && figures.accuracy_interval == variant.accuracy_interval)
      #expect(try text("run/predictions/dev_mismatched/\(variant.name).tsv").split(separator: "\n").count == 37)
    }
    let markdown = try text("run/report/results.md")
    let parts = markdown.components(separatedBy: "## On dev\\_mismatched\n")
    try #require(parts.count == 2, "\(markdown)")
    let table = parts[1]
    let baseline = String(format: "%.4f", variants[0].accuracy)
    #expect(table.contains("| Baseline | \(baseline) |"), "\(table.prefix(600))")
    #expect(try text("run/report/index.html").contains(">On dev_mismatched</h2>"))
    let chinese = try Program.run([
      "report", "\(scratch.path)/run", "--output", "\(scratch.path)/zh", "--language", "zh",
    ])
    #expect(chinese.status == 0, "\(chinese.errors)")
    #expect(try text("zh/results.md").contains("## 在 dev\\_mismatched 上\n"))
    #expect(try text("zh/results.md").components(separatedBy: "| 基线 |").count > 2)

    // The other file alone, as any dev.
    try #require(try run("data.dev=dev_mismatched.tsv").status == 0)
    let alone = try self.results()
    #expect(alone.other_split == nil && alone.variants.map(\.accuracy) == variants.map(\.accuracy))
  }

  @Test("A file that isn't there is named, and any data set may have one") func files() throws {
    let other = scratch.url.appending(path: "mnli/dev_mismatched.tsv")
    try FileManager.default.moveItem(at: other, to: scratch.url.appending(path: "mnli/others.tsv"))
    let refused = try run()
    #expect(refused.status == 65 && refused.errors.contains("dev_mismatched.tsv"), "\(refused.errors)")
    let result = try run("data.other_dev=others.tsv")
    try #require(result.status == 0, "\(result.errors)")
    #expect(try results().other_split?.name == "others")
  }
}
