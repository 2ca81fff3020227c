import Bert
import Compute
import Foundation
import TestSupport
import Testing

/// Recipes with `int8-qat` and `int4-qat` on a tiny model.
@Suite("Training to be rounded, as a stage") struct QuantizationTrainingTests {
  private struct Record: Decodable {
    struct Findings: Decodable {
      var sentences: Int
      var fakeQuantizedAccuracy: Double
      var convertedAccuracy: Double
      var agreement: Double
    }
    var inputs: [String: String]
    var outputs: [String: String]
    var findings: Findings
  }

  private struct Results: Decodable {
    struct Variant: Decodable {
      struct Training: Decodable {
        var split: String
        var sentences: Int
        var fake_quantized_accuracy: Double
        var converted_accuracy: Double
        var agreement: Double
      }
      var name: String
      var title: String
      var precision: String
      var accuracy: Double
      var epochs: Double
      var quantization_training: Training?
    }
    var variants: [Variant]
  }

  private struct CommandOutcome: Decodable {
    struct Training: Decodable {
      var sentences: Int
      var converted_accuracy: Double
      var agreement: Double
    }
    var training: Training
  }

  /// A scheme, the same numbers without training, and how reports call them.
  struct Scheme: Sendable {
    var name: String
    var untrained: String
    var title: String
    var untrainedTitle: String
    var precision: String
  }

  private static let schemes = [
    Scheme(
      name: "int8-qat", untrained: "int8-ptq-dynamic", title: "INT8 QAT", untrainedTitle: "INT8 dynamic",
      precision: "INT8"),
    Scheme(name: "int4-qat", untrained: "int4", title: "INT4 QAT", untrainedTitle: "INT4", precision: "INT4"),
  ]

  private let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    try TinyModel.write(to: scratch.url.appending(path: "model"), width: 64)
    for (name, count) in [("train", 240), ("dev", 40)] {
      let rows = (0..<count).map {
        "a word\(9 + $0 % 88) \($0 % 2 == 0 ? "fine" : "dull") word\(9 + $0 / 4) film\t\($0 % 2)"
      }
      try scratch.write((["sentence\tlabel"] + rows).joined(separator: "\n") + "\n", "\(name).tsv")
    }
    try scratch.write(
      """
      name: tiny
      model: {name: \(scratch.path)/model}
      data: {name: sst2, maximum_length: 16, selection_fraction: 0.4}
      finetune: {num_train_epochs: 3, train_batch_size: 8, learning_rate: 2.0e-3}
      prune: {layers: 1}
      refinetune: {num_train_epochs: 2, train_batch_size: 8, learning_rate: 1.0e-3}
      convert: []
      quantize: []
      qat: {num_train_epochs: 1, train_batch_size: 8, learning_rate: 1.0e-4}
      evaluate: {rounds: 1, latency_sentences: 2, warmup: 1, batch_sizes: [1], batch_tokens: 8}
      """, "tiny.yaml")
  }

  private func run(_ folder: String, _ settings: String...) throws {
    let result = try Program.run(
      ["run", "\(scratch.path)/tiny.yaml", "--data", scratch.path, "--output", "\(scratch.path)/\(folder)", "--quiet"]
        + settings.flatMap { ["--set", $0] })
    try #require(result.status == 0, "\(result.errors)")
  }

  private func file(_ path: String) throws -> Data { try Data(contentsOf: scratch.url.appending(path: path)) }

  private func record(_ folder: String, _ stage: String) throws -> Record {
    try JSONDecoder().decode(Record.self, from: try file("\(folder)/stages/\(stage).json"))
  }

  @Test(arguments: schemes) func fromTheRecipeToTheReport(_ scheme: Scheme) throws {
    let (qat, ptq) = (scheme.name, scheme.untrained)
    let quantize = "quantize=[\(ptq), \(qat)]"
    try run("run", quantize, "evaluate.threads=1")
    let results = try JSONDecoder().decode(Results.self, from: try file("run/report/results.json"))
    let names = ["baseline", "pruned"]
    #expect(
      results.variants.map(\.name)
        == names + names.map { "\($0)-\(ptq)" } + names.map { "\($0)-\(qat)" })
    for (name, epochs) in [("baseline", 4.0), ("pruned", 6.0)] {
      let variant = try #require(results.variants.first { $0.name == "\(name)-\(qat)" })
      #expect(variant.title.hasSuffix(", \(scheme.title)") && variant.precision == scheme.precision)
      #expect(variant.epochs == epochs)
      let found = try record("run", "quantize.\(name)-\(qat)").findings
      let shown = try #require(variant.quantization_training)
      #expect(shown.split == "selection" && shown.sentences == found.sentences && found.sentences > 40)
      #expect(shown.agreement == found.agreement && found.agreement >= 0.97, "\(name): \(found)")
      #expect(shown.fake_quantized_accuracy == found.fakeQuantizedAccuracy)
      #expect(shown.converted_accuracy == found.convertedAccuracy)
      #expect(abs(found.fakeQuantizedAccuracy - found.convertedAccuracy) <= 1 - found.agreement + 1e-9)
      // It was trained on, and not just rounded.
      let weights = "model.safetensors"
      #expect(
        try file("run/models/\(name)-\(qat)/\(weights)") != file("run/models/\(name)-\(ptq)/\(weights)"))
      // From the floats of the same layers, which are the teacher too.
      let training = try #require(
        try JSONSerialization.jsonObject(with: try file("run/stages/qat.\(name)-\(qat).json")) as? [String: Any])
      let inputs = try #require(training["inputs"] as? [String: String])
      let model = inputs["model/models/\(name)/\(weights)"]
      #expect(model != nil && inputs["teacher/models/\(name)/\(weights)"] == model)
    }
    #expect(results.variants.filter { $0.quantization_training != nil }.count == 2)
    let markdown = String(decoding: try file("run/report/results.md"), as: UTF8.self)
    let rows = markdown.split(separator: "\n")
    #expect(
      rows.contains {
        $0.hasPrefix("| Baseline, \(scheme.untrainedTitle) |") && $0.contains("| \(scheme.precision) | closed |")
      })
    #expect(
      rows.contains {
        $0.hasPrefix("| Baseline, \(scheme.title) |") && $0.contains("| \(scheme.precision) | open |")
      })
    #expect(rows.contains { $0.hasPrefix("| Pruned, \(scheme.title) | selection |") && $0.hasSuffix(" % |") })
    #expect(markdown.contains("Models of \(scheme.title) were trained for 1 epoch more"))
    // The directory doesn't tell which of the two it is.
    let facts = try Program.run(["inspect", "\(scratch.path)/run/models/pruned-\(qat)"])
    #expect(facts.output.contains("quantised by \(ptq) or \(qat):"), "\(facts)")
    #expect(String(decoding: try file("run/report/index.html"), as: UTF8.self).contains("Trained to be rounded"))

    // The same bits from any number of threads.
    try run("again", quantize, "evaluate.threads=2")
    for name in names {
      for file in ["model.safetensors", "config.json", "vocab.txt"] {
        let path = "models/\(name)-\(qat)/\(file)"
        #expect(try self.file("run/\(path)") == self.file("again/\(path)"), "\(path)")
      }
    }

    // The command does what the stages do.
    let found = try record("run", "quantize.baseline-\(qat)").findings
    let command = try Program.run([
      "quantize", "\(scratch.path)/run/models/baseline", "--scheme", qat, "--data", "\(scratch.path)/run",
      "--maximum-length", "16", "--train-batch-size", "8", "--learning-rate", "1e-4", "--seed", "44", "--output",
      "\(scratch.path)/command", "--json",
    ])
    #expect(command.status == 0, "\(command.errors)")
    for file in ["model.safetensors", "config.json", "vocab.txt"] {
      #expect(try self.file("command/\(file)") == self.file("run/models/baseline-\(qat)/\(file)"), "\(file)")
    }
    let told = try JSONDecoder().decode(CommandOutcome.self, from: Data(command.output.utf8)).training
    #expect(told.sentences == found.sentences && told.agreement == found.agreement)
    #expect(told.converted_accuracy == found.convertedAccuracy, "\(command.output)")

    // Another setting repeats what depends on it, and no more.
    let kept = ["finetune", "refinetune.pruned", "quantize.baseline-\(ptq)"]
    let before = try kept.map { try file("run/stages/\($0).json") }
    let stages = names.flatMap { ["qat.\($0)-\(qat)", "quantize.\($0)-\(qat)"] }
    let repeated = try stages.map { try file("run/stages/\($0).json") }
    try run("run", quantize, "evaluate.threads=1", "qat.learning_rate=3e-4")
    #expect(try kept.map { try file("run/stages/\($0).json") } == before)
    for (stage, record) in zip(stages, repeated) { #expect(try file("run/stages/\(stage).json") != record, "\(stage)") }
  }

  @Test("A reduced range repeats what it is of, and goes from the training into the integers") func reducedRange()
    throws
  {
    let quantize = "quantize=[int8-ptq-dynamic, int8-qat, int4]"
    try run("run", quantize)
    let kept = ["finetune", "refinetune.pruned", "quantize.baseline-int4", "quantize.pruned-int4"]
    let repeated = ["baseline", "pruned"].flatMap { name in
      ["quantize.\(name)-int8-ptq-dynamic", "qat.\(name)-int8-qat", "quantize.\(name)-int8-qat"]
    }
    let records = try (kept + repeated).map { try file("run/stages/\($0).json") }
    try run("run", quantize, "reduce_range=true")
    for (stage, record) in zip(kept + repeated, records) {
      #expect(try (file("run/stages/\(stage).json") == record) == kept.contains(stage), "\(stage)")
    }
    for name in ["baseline-int8-ptq-dynamic", "pruned-int8-ptq-dynamic", "baseline-int8-qat", "pruned-int8-qat"] {
      let checkpoint = try Checkpoint(modelDirectory: scratch.url.appending(path: "run/models/\(name)"))
      for tensor in checkpoint.names {
        guard let rows = try checkpoint.quantizedRows(tensor) else { continue }
        let largest = rows.bytes.withBytes { bytes in
          bytes.withUnsafeBytes { $0.map { Int8(bitPattern: $0).magnitude }.max() }
        }
        #expect(largest == (tensor.contains("embeddings") ? 127 : 64), "\(name): \(tensor)")
      }
    }
    for name in ["baseline-int8-qat", "pruned-int8-qat"] {
      let found = try record("run", "quantize.\(name)").findings
      #expect(found.agreement >= 0.97, "\(name): \(found)")
    }
  }

  @Test("What a recipe says of four bits and of calibration is what the command's options say") func options() throws {
    let settings = ["int4={group_size: 32, symmetric: false, embeddings: int4}", "mixed.max_drop=1"]
    try run(
      "run", "quantize=[int8-ptq, int4, mixed]", "calibration={sentences: 30, ranges: mse, smoothing: 0.5}",
      settings[0], settings[1])
    let run = "\(scratch.path)/run", four = ["--group-size", "32", "--calibration-sentences", "30"]
    for (scheme, options) in [
      ("int8-ptq", ["--ranges", "mse", "--smoothing", "0.5", "--calibration-sentences", "30"]),
      ("int4", four + ["--asymmetric", "--embeddings", "int4"]),
    ] {
      let made = try Program.run(
        ["quantize", "\(run)/models/baseline", "--scheme", scheme, "--calibration", "\(run)/split/train.jsonl"]
          + ["--maximum-length", "16", "--output", "\(scratch.path)/\(scheme)", "--quiet"] + options)
      #expect(made.status == 0, "\(made.errors)")
      for file in ["model.safetensors", "config.json"] {
        #expect(try self.file("\(scheme)/\(file)") == self.file("run/models/baseline-\(scheme)/\(file)"), "\(scheme)")
      }
    }
    let mixed = try Checkpoint(modelDirectory: scratch.url.appending(path: "run/models/baseline-mixed"))
    #expect(
      mixed.configuration.quantization?.format(of: "bert.pooler.dense.weight") == .int4(group: 32, isSymmetric: false))

    // Another setting repeats what depends on it, and no more.
    let stages = ["finetune", "quantize.baseline-int8-ptq", "quantize.baseline-int4", "quantize.baseline-mixed"]
    for (calibration, repeated) in [
      ("calibration={sentences: 30, ranges: mse, smoothing: 0.5}", stages.suffix(2)),
      ("calibration={sentences: 30, ranges: min-max}", stages[1...1]),
    ] {
      let records = try stages.map { try file("run/stages/\($0).json") }
      try self.run(
        "run", "quantize=[int8-ptq, int4, mixed]", calibration, "int4={group_size: 64, symmetric: false}", settings[1])
      for (stage, record) in zip(stages, records) {
        #expect(
          try (file("run/stages/\(stage).json") != record) == repeated.contains(stage), "\(calibration): \(stage)")
      }
    }
  }

  @Test("Widths that four bits can't have are told before anything is trained", arguments: ["int4", "int4-qat"])
  func widths(_ scheme: String) throws {
    try FileManager.default.removeItem(at: scratch.url.appending(path: "model"))
    try TinyModel.write(to: scratch.url.appending(path: "model"))
    let result = try Program.run(
      ["run", "\(scratch.path)/tiny.yaml", "--data", scratch.path, "--output", "\(scratch.path)/run", "--quiet"]
        + ["--set", "quantize=[\(scheme)]"])
    #expect(result.status == 65, "\(result.errors)")
    #expect(
      result.errors.contains("query.weight': expected groups of a multiple of 32 columns that divides its 24 columns")
        && result.errors.contains("\(scratch.path)/model"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/run/stages/split.json"))
  }

  @Test("A training to be rounded that can't be had is told before it") func refusals() throws {
    let model = "\(scratch.path)/model", data = "\(scratch.path)/train.tsv", output = "\(scratch.path)/out"
    let trained = "\(scratch.path)/trained"
    let finetune = ["finetune", model, "--data", data, "--output", trained, "--num-train-epochs", "1"]
    try #require(try Program.run(finetune).status == 0)
    let onto = ["quantize", trained, "--scheme", "int8-qat", "--output", output]
    for (arguments, word) in [
      (["--data", "\(scratch.path)/none.tsv"], "none.tsv"),
      (["--data", data, "--learning-rate", "2"], "learning_rate"),
      (["--data", data, "--num-train-epochs", "0"], "num_train_epochs"),
    ] {
      let refused = try Program.run(onto + arguments)
      #expect(refused.status == 65 && refused.errors.contains(word), "\(arguments): \(refused.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: output))

    // A teacher of other classes has nothing to teach.
    let teaching = try Program.run(
      ["finetune", model, "--data", data, "--output", output, "--teacher", trained, "--labels", "a,b,c"])
    #expect(teaching.status == 64 && teaching.errors.contains("--teacher: expected classes of 3"), "\(teaching.errors)")
    let taught = try Program.run(
      finetune.map { $0 == trained ? output : $0 } + ["--teacher", trained, "--alpha", "1", "--quiet"])
    #expect(taught.status == 0, "\(taught.errors)")
    #expect(try file("out/model.safetensors") != file("trained/model.safetensors"))
  }
}
