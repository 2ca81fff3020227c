import Foundation
import TestSupport
import Testing

@Suite("Predictions of files and pipes") struct PredictTests {
  private let model: ScratchDirectory
  private static let sentences = ["a fine film", "dull", "", "word9 word10 film", "a"]

  init() throws { model = try TinyModel.make() }

  private func predict(_ arguments: [String], input: String = "") throws -> Program.Result {
    try Program.run(["predict", model.path] + arguments, input: Data(input.utf8))
  }

  private func file(_ text: String, _ name: String) throws -> String {
    try model.write(text, name).path(percentEncoded: false)
  }

  private func expected() throws -> [String] {
    try predict([], input: Self.sentences.joined(separator: "\n") + "\n").lines
  }

  @Test("One sentence, however it comes, has one answer") func formats() throws {
    let expected = try expected()
    #expect(expected.count == 5)
    let plain = Self.sentences.joined(separator: "\n") + "\n"
    let lines = try file(plain, "a.txt")
    let table = try file(
      "id\tsentence\tlabel\r\n" + Self.sentences.map { "x\t\($0) \t1\r\n" }.joined() + "\n", "a.tsv")
    let strings = Self.sentences.map { "\"\($0)\"" }
    let objects = try file(strings.map { "{\"label\": 1, \"text\": \($0)}\n\n" }.joined(), "a.jsonl")
    #expect(try predict([lines]).lines == expected)
    #expect(try predict([table]).lines == expected)
    #expect(try predict([objects]).lines == expected)
    let quoted = try file("sentence,label\n" + Self.sentences.map { "\"\($0)\",1\n" }.joined(), "a.csv")
    #expect(try predict([quoted]).lines == expected)
    #expect(try Program.shell("gzip -k \"$1\"; \"$0\" predict \"$2\" \"$1.gz\"", quoted, model.path).lines == expected)
    #expect(try predict(["--json"], input: strings.joined(separator: "\n")).lines == expected)
    #expect(try predict([], input: "\u{FEFF}" + plain).lines == expected)
    #expect(
      try predict(["--input", "jsonl", "-"], input: try String(contentsOfFile: objects, encoding: .utf8)).lines
        == expected)
    // Several, one behind the other; a pipe whose columns are named is a table.
    let both = try predict([table, "-", lines, "--text-column", "sentence"], input: "sentence\nfilm\n")
    #expect(both.lines.count == 11, "\(both.errors)")
    #expect(Array(both.lines[..<5]) == expected && Array(both.lines[6...]) == expected)
  }

  @Test("Columns by name, and pairs") func columns() throws {
    let table = try file("premise\thypothesis\na fine film\tdull\na\tfilm\n", "pairs.tsv")
    let objects = try file(
      "{\"premise\": \"a fine film\", \"hypothesis\": \"dull\"}\n{\"hypothesis\": \"film\", \"premise\": \"a\"}\n",
      "pairs.jsonl")
    let options = ["--text-column", "premise", "--pair-column", "hypothesis"]
    let pairs = try predict([table] + options)
    #expect(pairs.lines.count == 2, "\(pairs.errors)")
    #expect(try predict([objects] + options).lines == pairs.lines)
    let alone = try predict([table, "--text-column", "premise"])
    #expect(alone.lines.count == 2 && alone.lines != pairs.lines)
    for (arguments, words) in [
      ([table], "expected a column named sentence or text or sentence1, found premise, hypothesis"),
      ([table] + ["--text-column", "premise", "--pair-column", "other"], "expected a column named other"),
      ([objects] + ["--text-column", "other"], "an object with the string 'other'"),
    ] {
      let refused = try predict(arguments)
      #expect(refused.status == 65 && refused.errors.contains(words), "\(refused.errors)")
    }
  }

  @Test func tables() throws {
    struct Line: Decodable {
      var label: String
      var scores: [String: Double]
    }
    let json = try expected().map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    let rows = try predict(["--format", "tsv"], input: Self.sentences.joined(separator: "\n")).lines
    #expect(rows[0] == "label\tnegative\tneutral\tpositive")
    for (row, line) in zip(rows.dropFirst(), json) {
      let cells = row.split(separator: "\t").map(String.init)
      #expect(cells[0] == line.label)
      #expect(
        cells[1...].compactMap(Double.init) == ["negative", "neutral", "positive"].compactMap { line.scores[$0] })
    }
    #expect(rows.count == 6)
  }

  @Test("A wrong row is named with its file and line; what came before it is answered") func wrongRows() throws {
    let good = "sentence\tlabel\n" + (0..<5000).map { "film word\(9 + $0 % 88)\t1\n" }.joined()
    for (text, name, words) in [
      (good + "film\n", "t.tsv", "t.tsv: line 5002: expected 2 columns, found 1"),
      (
        String(repeating: "{\"text\": \"a\"}\n", count: 5000) + "{\"text\": 3}\n", "o.jsonl",
        "o.jsonl: line 5001: expected an object with"
      ),
      (
        String(repeating: "{\"text\": \"a\"}\n", count: 5000) + "{\"text\" 3}\n", "p.jsonl",
        "p.jsonl: line 5001: malformed JSON at byte 70008"
      ),
      (String(repeating: "a\n", count: 5000) + "\"", "s.json", "s.json, line 1: expected a JSON string"),
    ] {
      let path = try file(text, name)
      let result = try predict([path] + (name == "s.json" ? ["--input", "json"] : []))
      #expect(result.status == 65, "\(name)")
      #expect(result.errors.contains(words), "\(result.errors)")
      #expect(result.lines.count == (name == "s.json" ? 0 : 5000), "\(name): \(result.lines.count)")
    }
    let bytes = try model.write(Array("a\n".utf8) + [0xFF, 0x0A], "b.txt").path(percentEncoded: false)
    let result = try predict([bytes])
    #expect(result.lines.count == 1 && result.errors.contains("b.txt, line 2: expected UTF-8"), "\(result.errors)")
    let missing = try predict([model.path + "/none.tsv"])
    #expect(
      missing.status == 65 && missing.errors.contains("none.tsv: cannot be read: there is no such file"),
      "\(missing.errors)")
    #expect(try predict(["--json", "--input", "tsv"]).status == 64)
  }

  @Test("Long lines, lines without end, many lines") func sizes() throws {
    let long = String(repeating: "fine ", count: 100_000)
    let result = try predict([], input: long + "\na\n\n" + long)
    #expect(result.lines.count == 4)
    #expect(result.lines[0] == result.lines[3])
    let many = try predict([], input: String(repeating: "a\n", count: 20_000))
    #expect(many.lines.count == 20_000 && Set(many.lines).count == 1)
  }

  /// A pipe that stays open: the answer has to come before its end.
  @Test(
    "A line that is typed has its answer at once",
    arguments: [("lines", "a"), ("jsonl", "{\"text\": \"a\"}")])
  func interactive(_ format: String, _ typed: String) throws {
    let line =
      "mkfifo \"$1/in\"; \"$0\" predict \"$1\" --input $2 < \"$1/in\" > \"$1/out\" & exec 3> \"$1/in\"; for n in 1 2; do "
      + "echo \"$3\" >&3; for i in $(seq 500); do [ \"$(wc -l < \"$1/out\")\" = $n ] && break; sleep 0.02; done; "
      + "wc -l < \"$1/out\"; done; exec 3>&-; wait"
    let result = try Program.shell(line, model.path, format, typed)
    #expect(result.lines == ["1", "2"], "\(result.errors)")
  }
}
