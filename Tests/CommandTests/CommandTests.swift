import Foundation
import TestSupport
import Testing

@Suite("The program") struct CommandTests {
  @Test(
    "Each command has a help with an example",
    arguments: [
      "run", "fetch", "finetune", "ablate", "prune", "convert", "quantize", "export", "evaluate", "predict", "serve",
      "tokenize",
      "report", "inspect", "bench",
    ])
  func help(_ command: String) throws {
    let result = try Program.run([command, "--help"])
    #expect(result.status == 0)
    #expect(result.output.contains("Example"))
    #expect(result.output.contains("espalier \(command)"))
  }

  @Test func completion() throws {
    #expect(try Program.run(["--generate-completion-script", "bash"]).output.contains("espalier"))
  }

  @Test func tokenize() throws {
    let model = try TinyModel.make()
    let result = try Program.run(["tokenize", model.path], input: Data("A fine film\n\nunknown\n".utf8))
    #expect(
      result.lines == [
        #"{"ids":[2,5,6,7,3],"tokens":["[CLS]","a","fine","film","[SEP]"]}"#,
        #"{"ids":[2,3],"tokens":["[CLS]","[SEP]"]}"#,
        #"{"ids":[2,1,3],"tokens":["[CLS]","[UNK]","[SEP]"]}"#,
      ])
    let json = try Program.run(["tokenize", model.path, "--json"], input: Data(#""a\nfilm""#.utf8))
    #expect(json.lines == [#"{"ids":[2,5,7,3],"tokens":["[CLS]","a","film","[SEP]"]}"#])
  }

  @Test func predict() throws {
    struct Prediction: Decodable {
      var label: String
      var scores: [String: Double]
    }
    let model = try TinyModel.make()
    let sentences = (0..<600).map { "a film \($0 % 2 == 0 ? "fine" : "dull")" }
    let result = try Program.run(
      ["predict", model.path], input: Data((sentences.joined(separator: "\n") + "\n").utf8))
    #expect(result.status == 0)
    #expect(result.lines.count == 600)
    // In order, and a sentence's scores do not depend on its neighbours.
    #expect(Set(result.lines.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)).count == 1)
    #expect(result.lines[0] != result.lines[1])
    let first = try JSONDecoder().decode(Prediction.self, from: Data(result.lines[0].utf8))
    #expect(Set(first.scores.keys) == ["negative", "neutral", "positive"])
    #expect(abs(first.scores.values.reduce(0, +) - 1) < 1e-9)
    #expect(first.scores.max { $0.value < $1.value }?.key == first.label)
  }

  @Test("What came before a wrong line is answered; the line is named") func wrongLines() throws {
    let model = try TinyModel.make()
    let json = try Program.run(["predict", model.path, "--json"], input: Data("\"a\"\nfilm\n".utf8))
    #expect(json.status == 65)
    #expect(json.lines.count == 1)
    #expect(json.errors.contains("line 2"))
    let bytes = try Program.run(["tokenize", model.path], input: Data([0x61, 0x0A, 0xFF, 0x0A]))
    #expect(bytes.status == 65)
    #expect(bytes.errors.contains("line 2"))
  }

  @Test func evaluateAblatePruneConvertInspect() throws {
    struct Figures: Decodable {
      var accuracy: Double
      var count: Int
      var accuracy_interval: [Double]
    }
    let model = try TinyModel.make()
    let data = try model.write("sentence\tlabel\na fine film\t2\ndull\t0\nfilm\t1\n", "dev.tsv").path(
      percentEncoded: false)
    func figures(_ directory: String) throws -> Figures {
      let result = try Program.run(["evaluate", directory, "--data", data, "--json"])
      return try JSONDecoder().decode(Figures.self, from: Data(result.output.utf8))
    }
    let whole = try figures(model.path)
    #expect(whole.count == 3)
    #expect(whole.accuracy_interval[0] <= whole.accuracy && whole.accuracy <= whole.accuracy_interval[1])
    #expect(try Program.run(["ablate", model.path, "--data", data, "--json"]).output.contains("kl_divergence"))
    let scratch = try ScratchDirectory()
    let pruned = scratch.path + "/pruned", half = scratch.path + "/half"
    #expect(try Program.run(["prune", model.path, "--layers", "1", "--data", data, "--output", pruned]).status == 0)
    #expect(try Program.run(["inspect", pruned, "--json"]).output.contains("\"layers\" : 2"))
    #expect(try Program.run(["convert", model.path, "--precision", "f16", "--output", half]).status == 0)
    #expect(try Program.run(["inspect", half]).output.contains("F16"))
    #expect(try Program.run(["inspect", half, "--json"]).output.contains("\"size_bytes\" : "))
    #expect(try figures(half).count == 3)
    // A directory that is something else is left alone.
    try scratch.write("mine", "notes.txt")
    let refused = try Program.run(["convert", model.path, "--output", scratch.path])
    #expect(refused.status == 65)
    #expect(try scratch.entries().contains("notes.txt"))
  }

  @Test func quantize() throws {
    struct Facts: Decodable {
      struct Tensor: Decodable {
        var name: String
        var format: String
        var bytes: Int
        var bits_per_weight: Double
      }
      var quantization: String?
      var size_bytes: Int
      var tensors: [Tensor]
    }
    let model = try TinyModel.make()
    let scratch = try ScratchDirectory()
    let target = scratch.path + "/int8"
    let arguments = ["quantize", model.path, "--scheme", "int8-ptq-dynamic"]
    let made = try Program.run(arguments + ["--output", target])
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output.contains("int8-ptq-dynamic"))
    let facts = try JSONDecoder().decode(
      Facts.self, from: Data(try Program.run(["inspect", target, "--json"]).output.utf8))
    // The directory doesn't tell which.
    #expect(facts.quantization == "int8-ptq-dynamic or int8-qat")
    let query = try #require(facts.tensors.first { $0.name.hasSuffix("query.weight") })
    #expect((query.format, query.bytes) == ("I8", 24 * 24 + 24 * 4))
    #expect(abs(query.bits_per_weight - 8 * Double(query.bytes) / 576) < 1e-9)
    #expect(facts.tensors.last?.format == "F32")
    let text = try Program.run(["inspect", target, "--tensors"]).output
    #expect(
      text.contains("quantised by int8-ptq-dynamic or int8-qat:")
        && text.contains("query.weight [24, 24]: I8, 9.33 bits"))
    let whole = try Program.run(["inspect", model.path, "--json"])
    #expect(try JSONDecoder().decode(Facts.self, from: Data(whole.output.utf8)).size_bytes > facts.size_bytes)

    let input = Data("a fine film\ndull\n".utf8)
    #expect(try Program.run(["predict", target], input: input).lines.count == 2)
    let data = try model.write("sentence\tlabel\na fine film\t2\ndull\t0\n", "dev.tsv").path(percentEncoded: false)
    #expect(try Program.run(["evaluate", target, "--data", data, "--baseline", model.path]).status == 0)
    #expect(try Program.run(["ablate", target, "--data", data]).status == 0)
    // Beside the model where nothing is said.
    let beside = try Program.run(arguments + ["--clipping", "largest-magnitude", "--json"])
    #expect(beside.output.contains("source_size_bytes"), "\(beside.errors)")
    let standard = (model.path.hasSuffix("/") ? String(model.path.dropLast()) : model.path) + "-int8-ptq-dynamic"
    #expect(try Program.run(["inspect", standard]).status == 0)
    try FileManager.default.removeItem(atPath: standard)
    // Another range, of which the facts say nothing.
    let reduced = scratch.path + "/reduced"
    #expect(try Program.run(arguments + ["--reduce-range", "--output", reduced]).status == 0)
    let name = "/model.safetensors"
    #expect(try Data(contentsOf: URL(filePath: reduced + name)) != Data(contentsOf: URL(filePath: target + name)))
    #expect(
      try Program.run(["inspect", reduced, "--tensors"]).output
        == Program.run(["inspect", target, "--tensors"]).output.replacing(target, with: reduced))
    try FileManager.default.removeItem(atPath: reduced)

    for arguments in [
      ["convert", target, "--output", scratch.path + "/x"],
      ["prune", target, "--remove", "0", "--output", scratch.path + "/x"],
      ["quantize", target, "--scheme", "int8-ptq-dynamic", "--output", scratch.path + "/x"],
      ["finetune", target, "--data", data, "--output", scratch.path + "/x"],
    ] {
      let refused = try Program.run(arguments)
      #expect(refused.status == 65, "\(arguments): \(refused.errors)")
      #expect(refused.errors.contains("is quantised") && refused.errors.contains("made from"), "\(refused.errors)")
    }
    #expect(try scratch.entries() == ["int8"])
  }

  @Test func export() throws {
    let scratch = try ScratchDirectory()
    let model = scratch.path + "/model", target = scratch.path + "/model-onnx", int8 = scratch.path + "/int8"
    try TinyModel.write(to: scratch.url.appending(path: "model"), width: 64)
    // Beside the model where nothing is said.
    let made = try Program.run(["export", model, "--format", "onnx"])
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output.hasPrefix(target + "/onnx/model.onnx: fp32, "))
    #expect(try scratch.entries("model-onnx") == ["config.json", "onnx", "vocab.txt"])
    #expect(try Program.run(["quantize", model, "--scheme", "int8-ptq-dynamic", "--output", int8]).status == 0)
    let bytes = try Program.run(["export", int8, "--output", target, "--json"])
    #expect(bytes.output.contains("\"precision\" : \"int8\""), "\(bytes.errors)")
    // Floats are rounded on the way, to the same.
    let rounded = scratch.path + "/rounded"
    for precision in ["int8", "int4", "fp16"] {
      let result = try Program.run(["export", model, "--precision", precision, "--output", rounded])
      #expect(result.status == 0)
      // Of bytes, which ONNX Runtime multiplies exactly on some processors alone.
      #expect(result.output.contains("session.x64quantprecision") == (precision == "int8"))
    }
    let names = ["model_fp16.onnx", "model_q4.onnx", "model_quantized.onnx"]
    #expect(try scratch.entries("rounded/onnx") == names)
    let graphs = try [rounded, target].map { try Data(contentsOf: URL(filePath: $0 + "/onnx/" + names[2])) }
    #expect(graphs[0] == graphs[1])
    let parts = try Program.run(["export", model, "--output", scratch.path + "/parts", "--largest-graph", "20000"])
    #expect(parts.status == 0, "\(parts.errors)")
    #expect(try scratch.entries("parts/onnx") == ["model.onnx", "model.onnx_data"])
  }

  @Test("What can't be exported is said, and nothing is left") func exportRefusals() throws {
    let scratch = try ScratchDirectory()
    let model = scratch.path + "/model", target = scratch.path + "/out", int8 = scratch.path + "/int8"
    try TinyModel.write(to: scratch.url.appending(path: "model"))
    #expect(try Program.run(["quantize", model, "--scheme", "int8-ptq-dynamic", "--output", int8]).status == 0)
    #expect(try Program.run(["export", model, "--output", target]).status == 0)
    for (arguments, words) in [
      ([model, "--output", target], "out/onnx/model.onnx: it exists already"),
      ([model, "--precision", "int4", "--output", scratch.path + "/new"], "24 columns"),
      ([int8, "--precision", "int4", "--output", scratch.path + "/new"], "found one in int8"),
      ([int8, "--precision", "fp32", "--output", scratch.path + "/new"], "give --precision int8"),
      ([model, "--output", scratch.path], "expected an empty directory"),
    ] {
      let refused = try Program.run(["export"] + arguments)
      #expect(refused.status == 65 && refused.errors.contains(words), "\(arguments): \(refused.errors)")
      #expect(refused.output.isEmpty)
    }
    #expect(try scratch.entries() == ["int8", "model", "out"])
  }

  @Test func quantizeStatic() throws {
    let model = try TinyModel.make()
    let scratch = try ScratchDirectory()
    let target = scratch.path + "/int8"
    let data = try model.write(
      "sentence\tlabel\na fine film\t2\ndull\t7\na dull film\t0\n", "train.tsv"
    ).path(percentEncoded: false)
    let arguments = ["quantize", model.path, "--scheme", "int8-ptq", "--calibration"]
    for options in [[], ["--ranges", "min-max"], ["--calibration-sentences", "2", "--smoothing", "0.5", "--json"]] {
      let made = try Program.run(arguments + [data, "--output", target] + options)
      #expect(made.status == 0, "\(made.errors)")
      if options.contains("--json") { #expect(made.output.contains("bert.encoder.layer.0.attention.self")) }
      #expect(try Program.run(["inspect", target]).output.contains("quantised by int8-ptq"))
      #expect(try Program.run(["predict", target], input: Data("a fine film\n".utf8)).lines.count == 1)
    }
    let one = try model.write("sentence\tlabel\na fine film\t2\n", "one.tsv").path(percentEncoded: false)
    let none = try model.write("sentence\tlabel\n", "none.tsv").path(percentEncoded: false)
    for (path, status, words) in [
      (one, Int32(65), "at least 2 sentences, found 1"), (none, 65, none), (scratch.path + "/no.tsv", 65, "no.tsv"),
    ] {
      let refused = try Program.run(arguments + [path, "--output", scratch.path + "/x"])
      #expect(refused.status == status && refused.errors.contains(words), "\(refused.errors)")
    }
    let twice = try Program.run(
      ["quantize", target, "--scheme", "int8-ptq", "--calibration", data, "--output", scratch.path + "/x"])
    #expect(twice.status == 65 && twice.errors.contains("is quantised"), "\(twice.errors)")
    for wrong in [["--smoothing", "1.5"], ["--calibration-sentences", "1"], ["--ranges", "largest"]] {
      let refused = try Program.run(arguments + [data, "--output", scratch.path + "/x"] + wrong)
      #expect(refused.status == 64 && refused.errors.contains(wrong[0]), "\(refused.errors)")
    }
    #expect(try scratch.entries() == ["int8"])
  }

  @Test(
    "Codes and words of what is wrong",
    arguments: [
      (["evaluate", "no-such-model", "--data", "x.tsv"], Int32(65), "no-such-model"),
      (["run", "no-such-recipe"], 65, "no-such-recipe"),
      (["run", "smoke", "--set", "finetune.learnin=3"], 65, "finetune.learnin"),
      (["run", "smoke", "--set", "nonsense"], 65, "key=value"),
      (["prune", "m", "--output", "x"], 64, "--layers"),
      (["quantize", "m", "--output", "x"], 64, "--scheme"),
      (["quantize", "m", "--scheme", "int3", "--output", "x"], 64, "int8-ptq-dynamic"),
      (["quantize", "m", "--scheme", "int8-ptq", "--output", "x"], 64, "--calibration"),
      (
        ["quantize", "m", "--scheme", "int4", "--reduce-range", "--output", "x"], 64, "expected one of int8-ptq-dynamic"
      ),
      (["quantize", "m", "--scheme", "mixed", "--reduce-range", "--data", "d"], 64, "--reduce-range: mixed"),
      (
        ["quantize", "m", "--scheme", "int4", "--smoothing", "0.5"], 64,
        "--smoothing: expected --scheme int8-ptq, found int4"
      ),
      (["quantize", "m", "--scheme", "int4-qat", "--data", "d", "--group-size", "32"], 64, "--scheme int4 or mixed"),
      (["quantize", "m", "--scheme", "int8-qat", "--data", "d", "--calibration", "c"], 64, "--calibration: expected"),
      (["quantize", "m", "--scheme", "int8-ptq-dynamic", "--ranges", "mse"], 64, "--ranges: expected"),
      (["quantize", "no-such-model", "--scheme", "int8-ptq-dynamic", "--output", "x"], 65, "no-such-model"),
      (["quantize", "m", "--scheme", "int8-qat", "--output", "x"], 64, "--data FILE: labelled sentences to train on"),
      (["quantize", "m", "--scheme", "int4-qat", "--output", "x"], 64, "--data FILE: labelled sentences to train on"),
      (["export", "m", "--format", "gguf", "--output", "x"], 64, "onnx"),
      (["export", "m", "--precision", "int2", "--output", "x"], 64, "int4"),
      (["export", "m", "--largest-graph", "0", "--output", "x"], 64, "--largest-graph"),
      (["export", "no-such-model", "--output", "x"], 65, "no-such-model"),
      (["nonsense"], 64, "nonsense"),
      (["report", "run", "--margin", "nan"], 64, "--margin"),
      (["report", "run", "--language", "de"], 64, "--language"),
      (["finetune", "m", "--data", "d.tsv", "--output", "x", "--labels", "a,a"], 64, "--labels"),
      (["report", "no-such-run"], 65, "no-such-run"),
    ])
  func wrong(_ arguments: [String], _ status: Int32, _ word: String) throws {
    let result = try Program.run(arguments)
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains(word), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test func damagedModels() throws {
    let model = try TinyModel.make()
    let weights = model.url.appending(path: "model.safetensors")
    try Data(try Data(contentsOf: weights).prefix(5000)).write(to: weights)
    let result = try Program.run(["predict", model.path], input: Data("a\n".utf8))
    #expect(result.status == 65)
    #expect(result.errors.contains("model.safetensors"))
    let config = model.url.appending(path: "config.json")
    try Data(#"{"model_type": "gpt2"}"#.utf8).write(to: config)
    let other = try Program.run(["inspect", model.path])
    #expect(other.status == 65)
    #expect(other.errors.contains("gpt2"))
  }
}
