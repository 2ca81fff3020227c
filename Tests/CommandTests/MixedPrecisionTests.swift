import Foundation
import TestSupport
import Testing

/// `quantize --scheme mixed`, alone and as a stage of a recipe.
@Suite("Mixed number formats, as users ask for them") struct MixedPrecisionTests {
  private struct Outcome: Decodable {
    struct Mixed: Decodable {
      struct Unit: Decodable {
        struct Sensitivity: Decodable {
          struct Option: Decodable {
            var precision: String
            var bytes: Int
            var kl_divergence: Double
            var loss_increase: Double
            var accuracy_drop: Double
          }
          var unit: String
          var options: [Option]
        }
        var chosen: String
        var sensitivity: Sensitivity
      }
      var max_drop: Double
      var accuracy_drop: Double
      var sentences: Int
      var sensitivity_sentences: Int
      var units: [Unit]
    }
    var scheme: String
    var size_bytes: Int
    var source_size_bytes: Int
    var mixed: Mixed
  }

  private let scratch: ScratchDirectory
  private var model: String { scratch.path + "/model" }
  private var target: String { scratch.path + "/mixed" }

  init() throws {
    scratch = try ScratchDirectory()
    try TinyModel.write(to: scratch.url.appending(path: "model"))
    for folder in ["run/split", "taken"] {
      try FileManager.default.createDirectory(
        at: scratch.url.appending(path: folder), withIntermediateDirectories: true)
    }
    for (name, count) in [("run/split/selection.jsonl", 60), ("run/split/train.jsonl", 20)] {
      let rows = (0..<count).map { #"{"sentence": "a word\#(9 + $0 % 88) film", "label": \#($0 % 3)}"# }
      try scratch.write(rows.joined(separator: "\n") + "\n", name)
    }
  }

  private func quantize(_ arguments: String...) throws -> Program.Result {
    try Program.run(["quantize", model, "--scheme", "mixed", "--output", target, "--quiet"] + arguments)
  }

  @Test("A file of sentences, a run's folder, a table and JSON") func quantize() throws {
    let file = scratch.path + "/run/split/selection.jsonl"
    let made = try quantize("--data", file, "--max-drop", "0.2", "--sentences", "30", "--json")
    #expect(made.status == 0, "\(made.errors)")
    let outcome = try JSONDecoder().decode(Outcome.self, from: Data(made.output.utf8))
    let mixed = outcome.mixed
    #expect(outcome.scheme == "mixed" && outcome.size_bytes < outcome.source_size_bytes)
    #expect((mixed.max_drop, mixed.sentences, mixed.sensitivity_sentences) == (0.2, 60, 30))
    #expect(mixed.accuracy_drop <= 0.2 && mixed.units.count == 14)
    // 24 columns are no group: eight bits are the least.
    #expect(mixed.units.allSatisfy { $0.sensitivity.options.map(\.precision) == ["int8", "floats"] })

    let text = try quantize("--data", scratch.path + "/run", "--max-drop", "1", "--group-size", "32")
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.lines[0].hasPrefix("\(target): mixed, "))
    #expect(text.lines[1].hasPrefix("14 parts: 0 in int4, 14 in int8, 0 in floats; "), "\(text.output)")
    #expect(text.output.contains("within 1.0, on 60 sentences") && text.output.contains("flatters"), "\(text.output)")
    let rows = text.lines.filter { $0.contains("\t") }
    #expect(rows.count == 15 && rows[0].hasPrefix("part\tstored as\tbytes\tint4 KL divergence\t"))
    #expect(rows[1].hasPrefix("bert.embeddings\tint8\t") && rows[1].contains("\t-\t-\t-\t"))
    #expect(rows.dropFirst().allSatisfy { $0.split(separator: "\t").count == 9 })

    let inspected = try Program.run(["inspect", target, "--tensors"]).output
    #expect(inspected.contains("quantised by mixed: ") && inspected.contains("query.weight [24, 24]: I8, 9.33 bits"))
    #expect(try Program.run(["predict", target], input: Data("a film\n".utf8)).lines.count == 1)
    let config = try String(contentsOfFile: target + "/config.json", encoding: .utf8)
    #expect(config.contains("\"bert.encoder.layer.0.attention.self.query\""))
    #expect(try scratch.entries() == ["mixed", "model", "run", "taken"])
  }

  @Test("What is wrong is named, and nothing is left") func refusals() throws {
    let run = scratch.path + "/run"
    for (arguments, status, words) in [
      ([], Int32(64), "--data FILE"), (["--data", run, "--split", "dev"], 64, "--split"),
      (["--data", run, "--max-drop", "-0.1"], 64, "--max-drop"),
      (["--data", run, "--max-drop", "nan"], 64, "--max-drop"),
      (["--data", run, "--max-drop", "two"], 64, "--max-drop"),
      (["--data", run, "--sentences", "0"], 64, "--sentences"),
      (["--data", run, "--split", "held"], 65, "held.jsonl"), (["--data", scratch.path + "/none.tsv"], 65, "none.tsv"),
      (["--data", try write("sentence\tlabel\n")], 65, "data.tsv"),
      (["--data", try write("sentence\tlabel\na film\t3\n", "label.tsv")], 65, "label.tsv"),
    ] {
      let refused = try Program.run(
        ["quantize", model, "--scheme", "mixed", "--output", target, "--quiet"] + arguments)
      #expect(refused.status == status && refused.errors.contains(words), "\(arguments): \(refused.errors)")
      #expect(refused.output.isEmpty)
    }
    #expect(!FileManager.default.fileExists(atPath: target))
    let int8 = scratch.path + "/int8"
    #expect(try Program.run(["quantize", model, "--scheme", "int8-ptq-dynamic", "--output", int8]).status == 0)
    let twice = try Program.run(
      ["quantize", int8, "--scheme", "mixed", "--data", run, "--output", target, "--quiet"])
    #expect(twice.status == 65 && twice.errors.contains("is quantised"), "\(twice.errors)")
    // A directory that is something else is known before the search.
    try scratch.write("mine", "taken/notes.txt")
    let taken = try Program.run(
      ["quantize", model, "--scheme", "mixed", "--data", run, "--output", scratch.path + "/taken", "--quiet"])
    #expect(taken.status == 65 && taken.errors.contains("notes.txt"), "\(taken.errors)")
  }

  private func write(_ text: String, _ name: String = "data.tsv") throws -> String {
    try scratch.write(text, name).path(percentEncoded: false)
  }

  @Test("From the recipe to the report, unpruned and pruned") func recipe() throws {
    struct Results: Decodable {
      struct Variant: Decodable {
        struct Mixed: Decodable {
          struct Part: Decodable { var name: String, chosen: String }
          var split: String
          var max_drop: Double
          var accuracy_drop: Double
          var parts: [Part]
        }
        var name: String
        var title: String
        var precision: String
        var mixed_formats: Mixed?
      }
      var variants: [Variant]
    }
    for (name, count) in [("train", 160), ("dev", 30)] {
      let rows = (0..<count).map {
        "a word\(9 + $0 % 88) \($0 % 2 == 0 ? "fine" : "dull") word\(9 + $0 / 4) film\t\($0 % 2)"
      }
      try scratch.write((["sentence\tlabel"] + rows).joined(separator: "\n") + "\n", "\(name).tsv")
    }
    try scratch.write(
      """
      name: tiny
      model: {name: \(model)}
      data: {name: sst2, maximum_length: 16, selection_fraction: 0.4}
      finetune: {num_train_epochs: 2, train_batch_size: 8, learning_rate: 2.0e-3}
      prune: {layers: 1}
      refinetune: {num_train_epochs: 1, train_batch_size: 8, learning_rate: 1.0e-3}
      convert: []
      quantize: [mixed]
      mixed: {max_drop: 0.05, sentences: 20}
      evaluate: {rounds: 1, latency_sentences: 2, warmup: 1, batch_sizes: [1], batch_tokens: 8}
      """, "tiny.yaml")
    func run(_ settings: String...) throws {
      let result = try Program.run(
        ["run", scratch.path + "/tiny.yaml", "--data", scratch.path, "--output", scratch.path + "/out", "--quiet"]
          + settings.flatMap { ["--set", $0] })
      try #require(result.status == 0, "\(result.errors)")
    }
    func file(_ path: String) throws -> Data { try Data(contentsOf: scratch.url.appending(path: "out/\(path)")) }
    try run()
    let results = try JSONDecoder().decode(Results.self, from: try file("report/results.json"))
    #expect(results.variants.map(\.name) == ["baseline", "pruned", "baseline-mixed", "pruned-mixed"])
    for (variant, parts) in zip(results.variants.suffix(2), [14, 10]) {
      #expect(variant.title.hasSuffix(", mixed") && variant.precision == "MIXED")
      let mixed = try #require(variant.mixed_formats)
      #expect(mixed.split == "selection" && mixed.max_drop == 0.05 && mixed.accuracy_drop <= 0.05)
      #expect(mixed.parts.count == parts && mixed.parts[0].name == "bert.embeddings")
      #expect(try Program.run(["inspect", scratch.path + "/out/models/" + variant.name]).status == 0)
    }
    let markdown = String(decoding: try file("report/results.md"), as: UTF8.self)
    #expect(markdown.contains("## What each part of Pruned, mixed costs"))
    #expect(markdown.contains("choice of epochs, layers and number formats"))
    #expect(
      String(decoding: try file("report/index.html"), as: UTF8.self).contains("What each part of Baseline, mixed"))

    // Another budget repeats what depends on it, and no more.
    let stages = ["finetune", "refinetune.pruned", "quantize.baseline-mixed", "quantize.pruned-mixed"]
    let before = try stages.map { try file("stages/\($0).json") }
    try run()
    #expect(try stages.map { try file("stages/\($0).json") } == before)
    try run("mixed.max_drop=0.5")
    let after = try stages.map { try file("stages/\($0).json") }
    #expect(before[..<2] == after[..<2] && before[2] != after[2] && before[3] != after[3])
  }
}
