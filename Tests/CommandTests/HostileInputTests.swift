import Foundation
import TestSupport
import Testing

/// What must end with words and a code, and never with a crash, a hang, or half a file.
@Suite("Hostile input") struct HostileInputTests {
  private let model: ScratchDirectory

  init() throws { model = try TinyModel.make() }

  /// Replaces a text of the configuration.
  private func configure(_ old: String, _ new: String) throws {
    let file = model.url.appending(path: "config.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    try #require(text.contains(old), "\(text)")
    try model.write(text.replacing(old, with: new), "config.json")
  }

  /// Overwrites the start of a tensor of a safetensors file.
  private func damage(_ directory: String, _ tensor: String, with bytes: [UInt8], at offset: Int = 0) throws {
    let file = URL(filePath: directory + "/model.safetensors")
    var data = [UInt8](try Data(contentsOf: file))
    let headerBytes = data[..<8].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let json = try JSONSerialization.jsonObject(with: Data(data[8..<8 + headerBytes])) as? [String: [String: Any]]
    let offsets = try #require(json?[tensor]?["data_offsets"] as? [Int])
    let start = 8 + headerBytes + offsets[0] + offset
    data.replaceSubrange(start..<start + bytes.count, with: bytes)
    try Data(data).write(to: file)
  }

  @Test("A standard input that can't be read", arguments: ["<&-", "</"]) func unreadableInput(_ redirect: String) throws
  {
    for command in ["predict", "tokenize"] {
      let result = try Program.shell("exec \"$0\" \(command) \"$1\" \(redirect)", model.path)
      #expect(result.status != 0)
      #expect([65, 70].contains(result.status), "\(result.errors)")
      #expect(result.errors.contains("standard input: cannot read"), "\(result.errors)")
    }
  }

  @Test("Results that can't be written are not lost in silence", arguments: [">/dev/full", ">&-"])
  func unwritableOutput(_ redirect: String) throws {
    for command in ["predict \"$1\"", "tokenize \"$1\"", "inspect \"$1\"", "fetch"] {
      let result = try Program.shell("echo a | \"$0\" \(command) \(redirect)", model.path)
      #expect(result.status == 70, "\(command): \(result.errors)")
      #expect(result.errors.contains("standard output: cannot write"), "\(command): \(result.errors)")
    }
  }

  @Test("A file that is opened never takes the place of a closed stream") func closedStreams() throws {
    let result = try Program.shell("\"$0\" convert \"$1\" --output \"$1/half\" >&- 2>&- <&-; echo $?", model.path)
    #expect(result.lines == ["70"])
    #expect(try Program.run(["inspect", model.path + "/half"]).status == 0)
  }

  @Test("A reader that has seen enough ends the program in silence, as in any pipe") func brokenPipe() throws {
    let input = Data(String(repeating: "a fine film\n", count: 20_000).utf8)
    for command in ["predict", "tokenize"] {
      let result = try Program.shell("{ \"$0\" \(command) \"$1\"; echo $? >&2; } | head -1", model.path, input: input)
      #expect(result.lines.count == 1)
      #expect(result.errors == "\(128 + SIGPIPE)\n")
    }
  }

  @Test func emptyInput() throws {
    for arguments in [["predict"], ["predict", "--json"], ["tokenize"], ["tokenize", "--json"]] {
      let result = try Program.run(arguments + [model.path])
      #expect(result.status == 0 && result.output.isEmpty && result.errors.isEmpty)
    }
  }

  /// Two marks in the wrong order, a hundred thousand times: what compares whole characters sorts them by the square.
  @Test func endlessCharacters() throws {
    let marks = "a" + String(repeating: "\u{59A}\u{5B0}", count: 100_000)
    let combining = "a" + String(repeating: "\u{302E}\u{1715}", count: 50_000)
    for text in [marks, combining, String(repeating: "x", count: 100_000)] {
      for line in [text + "\r\n", "\"" + text + "\"\n"] {
        let arguments = ["tokenize", model.path] + (line.hasPrefix("\"") ? ["--json"] : [])
        let result = try Program.run(arguments, input: Data(line.utf8))
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.lines.count == 1)
      }
      let data = try model.write("sentence\tlabel\n\(text) \t1\n", "marks.tsv")
      let result = try Program.run(["evaluate", model.path, "--data", data.path(percentEncoded: false), "--json"])
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  @Test("A hundred thousand words, and bytes of zero") func longLines() throws {
    let words = String(repeating: "fine ", count: 100_000) + "\n"
    let tokens = try Program.run(["tokenize", model.path], input: Data(words.utf8))
    #expect(tokens.status == 0)
    #expect(tokens.output.split(separator: "fine").count == 100_001)
    let predicted = try Program.run(["predict", model.path], input: Data(words.utf8))
    #expect(predicted.status == 0, "\(predicted.errors)")
    let zeros = try Program.run(["tokenize", model.path], input: Data("a\0 film\0\n\0\n".utf8))
    #expect(zeros.lines.count == 2)
    #expect(zeros.lines.first == #"{"ids":[2,5,7,3],"tokens":["[CLS]","a","film","[SEP]"]}"#)
  }

  @Test(
    "Configurations that make no sense are refused before anything is allocated",
    arguments: [
      ("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 16777216", "num_hidden_layers"),
      ("\"num_hidden_layers\": 3", "\"num_hidden_layers\": -3", "num_hidden_layers"),
      ("\"hidden_size\": 24", "\"hidden_size\": 1000000000", "hidden_size"),
      ("\"num_attention_heads\": 4", "\"num_attention_heads\": 0", "num_attention_heads"),
      ("\"negative\",", "\"positive\",", "id2label"),
    ])
  func configurations(_ old: String, _ new: String, _ word: String) throws {
    try configure(old, new)
    for command in ["inspect", "predict"] {
      let result = try Program.run([command, model.path], input: Data("a\n".utf8))
      #expect(result.status == 65, "\(result.errors)")
      #expect(result.errors.contains("config.json") && result.errors.contains(word), "\(result.errors)")
    }
  }

  @Test("Missing layers are counted, not listed without end") func missingLayers() throws {
    try configure("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 1000")
    let result = try Program.run(["predict", model.path], input: Data("a\n".utf8))
    #expect(result.status == 65)
    #expect(result.errors.contains("tensors missing") && result.errors.contains("more"), "\(result.errors)")
    #expect(result.errors.count < 2000)
  }

  @Test(
    "NaN and infinity among halves are named, wherever they stand",
    arguments: [
      ("bert.embeddings.word_embeddings.weight", [0x00, 0x7E], "nan"),
      ("bert.encoder.layer.1.output.dense.weight", [0x00, 0xFC], "-inf"), ("classifier.bias", [0x01, 0x7C], "nan"),
    ] as [(String, [UInt8], String)])
  func halves(_ tensor: String, _ bytes: [UInt8], _ value: String) throws {
    let half = model.path + "/half"
    try #require(try Program.run(["convert", model.path, "--output", half]).status == 0)
    try damage(half, tensor, with: bytes, at: 4)
    for command in ["predict", "inspect"] {
      let result = try Program.run([command, half], input: Data("a\n".utf8))
      #expect(result.status == 65)
      #expect(
        result.errors.contains(
          "half/model.safetensors: tensor '\(tensor)': expected finite numbers, found \(value) at element 2"),
        "\(result.errors)")
    }
  }

  @Test("Weights that overflow together are found by their logits") func overflow() throws {
    try damage(model.path, "classifier.weight", with: (0..<24).flatMap { _ in [0xFF, 0xFF, 0x7F, 0x7F] as [UInt8] })
    let data = try model.write("sentence\tlabel\na\t1\n", "one.tsv").path(percentEncoded: false)
    for arguments in [["predict", model.path], ["evaluate", model.path, "--data", data]] {
      let result = try Program.run(arguments, input: Data("a\n".utf8))
      #expect(result.status == 65, "\(result.errors)")
      #expect(result.errors.contains("expected a finite logit"), "\(result.errors)")
      #expect(result.output.isEmpty)
    }
  }

  @Test("A tokenizer of more tokens than the model is named with its file") func foreignTokenizer() throws {
    let vocabulary = try String(contentsOf: model.url.appending(path: "vocab.txt"), encoding: .utf8)
    try model.write(vocabulary + "toomany\n", "vocab.txt")
    let data = try model.write("sentence\tlabel\na\t1\n", "one.tsv").path(percentEncoded: false)
    for arguments in [["predict", model.path], ["inspect", model.path], ["evaluate", model.path, "--data", data]] {
      let result = try Program.run(arguments, input: Data("a\n".utf8))
      #expect(result.status == 65)
      #expect(result.errors.contains("vocab.txt") && result.errors.contains("'toomany'"), "\(result.errors)")
    }
  }

  /// The limit on the size of files stands for a full disk: a write fails when a part is written.
  @Test func fullDisk() throws {
    let whole = try FileManager.default.subpathsOfDirectory(atPath: model.path).sorted()
    for command in [
      "convert \"$1\" --precision f32 --output \"$1/out\"", "prune \"$1\" --remove 0 --output \"$1/out\"",
    ] {
      let result = try Program.shell("ulimit -f 40; \"$0\" \(command)", model.path)
      #expect(result.status == 70, "\(result.errors)")
      #expect(result.errors.contains("out/model.safetensors: cannot write"), "\(result.errors)")
      #expect(try FileManager.default.subpathsOfDirectory(atPath: model.path).sorted() == whole)
    }
  }

  @Test("An output that can't be made is named", arguments: ["run", "convert"]) func impossibleOutput(_ command: String)
    throws
  {
    let file = try model.write("mine", "file").path(percentEncoded: false)
    let arguments = command == "run" ? ["run", "smoke"] : ["convert", model.path]
    let result = try Program.run(arguments + ["--output", file + "/below"])
    #expect(result.status == 65, "\(result.errors)")
    #expect(result.errors.contains("file") && result.errors.contains("not a directory"), "\(result.errors)")
    #expect(!result.errors.contains("NSCocoaErrorDomain"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
  }

  @Test(
    "Recipes: file, line and key in one short line",
    arguments: [
      ("name: a\nname: b\n", "r.yaml:1", "name"), ("name: a\nmodel:\n\tname: b\n", "r.yaml:3", "column 1"),
      ("name: " + String(repeating: "[", count: 100_000), "r.yaml:1", "nesting"), ("name: a\0b\n", "r.yaml", "control"),
      ("name: \"a\n", "r.yaml:2", "quoted scalar"),
    ])
  func recipes(_ yaml: String, _ place: String, _ word: String) throws {
    let file = try model.write(yaml, "r.yaml").path(percentEncoded: false)
    let result = try Program.run(["run", file, "--output", model.path + "/run"])
    #expect(result.status == 65)
    #expect(result.errors.contains(place) && result.errors.contains(word), "\(result.errors)")
    #expect(result.errors.count < 400)
    #expect(!FileManager.default.fileExists(atPath: model.path + "/run"))
  }

  @Test("Too many layers are refused before the training") func tooManyLayers() throws {
    try model.write("sentence\tlabel\na fine film\t1\nfilm\t0\n", "train.tsv")
    try model.write("sentence\tlabel\ndull\t0\n", "dev.tsv")
    let recipe = "name: r\nmodel: {name: \(model.path)}\ndata: {name: sst2}\nprune: {layers: 3}\n"
    let file = try model.write(recipe, "r.yaml").path(percentEncoded: false)
    let result = try Program.run(["run", file, "--data", model.path, "--output", model.path + "/run"])
    #expect(result.status == 65)
    #expect(result.errors == "espalier: cannot remove 3 of 3 layers: expected at least 1 and at most 2\n")
  }

  @Test("Names of classes are data: they come out as config.json spells them") func labelNames() throws {
    try configure("\"negative\",", "\"veryNegative\",")
    let result = try Program.run(["predict", model.path], input: Data("a\n".utf8))
    #expect(result.output.contains("\"veryNegative\":"))
    #expect(result.output.contains("\"scores\":"))
  }

  /// Python's `pty` gives the program a terminal; the tests of packages need Python too.
  @Test("Bars with rate and time left in a terminal, and none with NO_COLOR or --quiet") func bars() throws {
    let rows = (0..<2000).map { "a fine film \($0)\t\($0 % 3)" }
    let data = try model.write((["sentence\tlabel"] + rows).joined(separator: "\n") + "\n", "d.tsv")
    func shown(_ prefix: String, _ option: String = "") throws -> String {
      let line = "\(prefix) exec $PROGRAM evaluate $MODEL --data $DATA --threads 1 \(option)"
      return try Program.run(
        URL(filePath: "/usr/bin/env"),
        ["python3", "-c", "import pty, sys; sys.exit(pty.spawn(['sh', '-c', sys.argv[1]]))", line],
        environment: [
          "PROGRAM": try Program.url().path(percentEncoded: false), "MODEL": model.path, "TERM": "xterm",
          "DATA": data.path(percentEncoded: false), "NO_COLOR": "",
        ]
      ).output
    }
    let bar = try shown("")
    #expect(bar.contains("evaluate [") && bar.contains("100 %"), "\(bar)")
    for other in [try shown("NO_COLOR=1"), try shown("TERM=dumb"), try shown("", "--quiet")] {
      #expect(other.contains("accuracy") && !other.contains("evaluate ["), "\(other)")
    }
    #expect(
      !(try Program.run(["evaluate", model.path, "--data", data.path(percentEncoded: false)]).errors.contains("[")))
  }

  @Test func quietEverywhere() throws {
    for command in ["predict", "tokenize"] {
      let result = try Program.run([command, model.path, "--quiet"], input: Data("a\n".utf8))
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    }
  }
}
