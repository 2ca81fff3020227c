import Foundation
import TestSupport
import Testing

/// The program's comparison, with tiny models; figures are not looked at beyond being there.
@Suite("The command bench") struct BenchTests {
  private struct File: Decodable {
    struct Report: Decodable {
      var baseline: String
      var seed: UInt64
      var threads: Int
      var contestants: [Contestant]
      var repetitions: [[CellRecord]]
      var notes: [String]
    }
    struct Contestant: Decodable {
      var name: String
      var disk_bytes: Int
    }
    struct CellRecord: Decodable {
      var cell: Cell
      var rows: [RowRecord]
    }
    struct Cell: Decodable {
      var workload: String
      var sentences: Int
      var tokens: Int
    }
    struct RowRecord: Decodable {
      var contestant: String
      var instruction_set: String?
      var problem: String?
      var difference: Double?
      var first_result_seconds: Double?
      var peak_resident_bytes: Int?
      var turns_nanoseconds: [[Int]]
    }
    var report: Report
    var summaries: [Summary]
  }
  private struct Summary: Decodable {
    struct Row: Decodable {
      var contestant: String
      var ratio: Double?
      var ratio_interval: [String: Double]?
      var sentences_per_second: Double?
      var decibels: Double?
    }
    var rows: [Row]
  }

  private let scratch: ScratchDirectory
  private var model: String { scratch.path + "/first" }
  private var other: String { scratch.path + "/int8" }

  init() throws {
    scratch = try ScratchDirectory()
    try TinyModel.write(to: scratch.url.appending(path: "first"))
    let made = try Program.run(["quantize", model, "--scheme", "int8-ptq-dynamic", "--output", other])
    try #require(made.status == 0, "\(made.errors)")
  }

  private func file(_ folder: String) throws -> File {
    try JSONDecoder().decode(File.self, from: Data(contentsOf: scratch.url.appending(path: "\(folder)/bench.json")))
  }

  @Test("Two models, a shape of each kind and a file, twice") func wholeComparison() throws {
    try scratch.write("a fine film\n\na dull film\nfilm\n", "sentences.txt")
    let result = try Program.run([
      "bench", model, other, "--shapes", "1x4,2x8", "--ragged", scratch.path + "/sentences.txt", "--seconds", "0.01",
      "--repetitions", "2", "--threads", "1", "--seed", "7", "--output", scratch.path + "/out",
    ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == (try String(contentsOf: scratch.url.appending(path: "out/bench.md"), encoding: .utf8)))
    for words in [
      "# Times as fast as first, espalier", "## 1x4: one", "## 2x8: 2 sentences", "## ragged 3: 3 sentences",
      "of 3 rows stay within",
    ] {
      #expect(result.output.contains(words), "\(words) in \(result.output)")
    }
    let file = try file("out")
    #expect((file.report.baseline, file.report.seed, file.report.threads) == ("first, espalier", 7, 1))
    #expect(file.report.contestants.map(\.name) == ["first, espalier", "int8, espalier"])
    #expect(file.report.contestants[1].disk_bytes < file.report.contestants[0].disk_bytes)
    #expect(file.report.repetitions.map(\.count) == [3, 3])
    // [CLS] a fine film [SEP], [CLS] a dull film [SEP], [CLS] film [SEP]
    #expect(file.report.repetitions[0][2].cell.tokens == 13)
    for row in file.report.repetitions.joined().flatMap(\.rows) {
      #expect(row.problem == nil && row.instruction_set != nil && row.turns_nanoseconds.count >= 5)
      #expect(try #require(row.first_result_seconds) > 0)
      #if os(Linux)
        #expect(try #require(row.peak_resident_bytes) > 1 << 20)
      #endif
    }
    for rows in file.summaries.map(\.rows) {
      #expect(rows[0].ratio == 1)
      let ratio = try #require(rows[1].ratio), interval = try #require(rows[1].ratio_interval)
      #expect(try #require(interval["lower"]) <= ratio && ratio <= (try #require(interval["upper"])))
      // Quantised: near the baseline's logits, and not the same.
      #expect(try #require(rows[1].decibels) > 10)
    }
    #expect(file.summaries[0].rows[0].sentences_per_second == nil)
    #expect(try #require(file.summaries[1].rows[0].sentences_per_second) > 0)
  }

  @Test("Both texts of a pair are there") func pairs() throws {
    try scratch.write("sentence1\tsentence2\na fine film\tfine\ndull\tfilm\n", "pairs.tsv")
    let result = try Program.run([
      "bench", model, "--shapes", "none", "--ragged", scratch.path + "/pairs.tsv", "--seconds", "0.01",
      "--quiet", "--output", scratch.path + "/pairs",
    ])
    #expect(result.status == 0, "\(result.errors)")
    // [CLS] a fine film [SEP] fine [SEP], [CLS] dull [SEP] film [SEP]
    #expect(try file("pairs").report.repetitions[0][0].cell.tokens == 12)
  }

  @Test("Another baseline, and JSON") func baseline() throws {
    let result = try Program.run([
      "bench", model, other, "--shapes", "1x4", "--cold", "--seconds", "0.01", "--baseline", "int8", "--json",
      "--quiet",
    ])
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let rows = try #require(try JSONDecoder().decode([Summary].self, from: Data(result.output.utf8)).first).rows
    #expect(rows[1].ratio == 1)
  }

  /// Scripts that stand for the other engines: our own worker, which agrees; one that answers wrongly; one that dies.
  private func writePeers() throws -> (directory: String, python: String) {
    let program = try Program.url().path(percentEncoded: false)
    let peers = scratch.url.appending(path: "peers")
    try FileManager.default.createDirectory(at: peers, withIntermediateDirectories: true)
    for name in ["describe.py", "build_models.py"] { try scratch.write("", "peers/\(name)") }
    try scratch.write(
      """
      echo '{"engine": "torch", "version": "1", "threads": 1, "loadSeconds": 0.1}'
      while read line; do echo '{"values": [9, 9, 9], "seconds": [0.001]}'; done
      """, "wrong.sh")
    func contestant(_ name: String, _ command: String, isExact: Bool) -> String {
      """
      {"name": "\(name)", "engine": "torch", "precision": "\(isExact ? "fp32" : "int8")", "version": "1",
       "isExact": \(isExact), "kinds": ["batch", "dataset"], "command": \(command), "environment": {}, "bytes": 1000000}
      """
    }
    let agreeing = "[\"\(program)\", \"bench-worker\", \"\(model)\", \"--workloads\", \"'$5'\", \"--threads\", \"1\"]"
    let wrong = "[\"/bin/sh\", \"\(scratch.path)/wrong.sh\"]"
    try scratch.write(
      """
      #!/bin/sh
      case "$1 $2" in
      *build_models.py*) mkdir -p "$3" ;;
      *"describe.py missing") cat "\(scratch.path)/missing" ;;
      *"describe.py contestants") echo '[\(contestant("agreeing", agreeing, isExact: true)),
        \(contestant("wrong", wrong, isExact: true)), \(contestant("rough", wrong, isExact: false)),
        \(contestant("dying", "[\"/bin/sh\", \"-c\", \"echo no memory >&2; exit 3\"]", isExact: true))]' ;;
      esac
      """, "python")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path + "/python")
    try scratch.write("[]", "missing")
    return (peers.path(percentEncoded: false), scratch.path + "/python")
  }

  @Test("Other engines are timed once their logits agree; who differs or dies is named") func peers() throws {
    let (directory, python) = try writePeers()
    let arguments = [
      "bench", model, other, "--engine", "espalier,torch", "--shapes", "1x4", "--seconds", "0.01", "--peers", directory,
      "--python", python, "--output", scratch.path + "/out",
    ]
    let environment = ["ESPALIER_CACHE": scratch.path + "/cache"]
    let result = try Program.run(arguments, environment: environment)
    #expect(result.status == 0, "\(result.errors)")
    let file = try file("out")
    let rows = try #require(file.report.repetitions.first?.first).rows
    #expect(
      rows.map(\.contestant) == [
        "first, espalier", "first, agreeing", "first, wrong", "first, rough", "first, dying", "int8, espalier",
      ])
    #expect(rows[1].problem == nil && rows[1].difference == 0 && rows[1].turns_nanoseconds.count >= 5)
    #expect(rows[2].problem?.contains("its logits differ from those of first, espalier by") == true)
    #expect(rows[2].turns_nanoseconds.isEmpty)
    // Not exact: shown with its noise, not judged.
    #expect(rows[3].problem == nil && !rows[3].turns_nanoseconds.isEmpty)
    #expect(rows[4].problem?.contains("ended with code 3 before it answered: no memory") == true)
    #expect(file.report.notes == ["Other engines take no part with int8: its weights are F32, I8, they take F32."])
    #expect(result.output.contains("first, wrong was not timed: its logits differ"))

    // Ours alone gives the answers; it has no row.
    let alone = try Program.run(arguments + ["--engine", "torch", "--baseline", "agreeing"], environment: environment)
    #expect(alone.status == 0, "\(alone.errors)")
    #expect(try self.file("out").report.contestants.map(\.name).allSatisfy { !$0.contains("espalier") })
    let baseline = try Program.run(arguments + ["--baseline", "wrong"], environment: environment)
    #expect(
      baseline.status == 70 && baseline.errors.contains("the baseline first, wrong can't be timed"),
      "\(baseline.errors)")

    try scratch.write(#"["openvino"]"#, "missing")
    let missing = try Program.run(arguments, environment: environment)
    #expect(missing.status == 65, "\(missing.errors)")
    #expect(missing.errors.contains("lacks openvino") && missing.errors.contains("pip install -r \(directory)"))
  }

  @Test("A contestant answers lines; one that is no request ends it") func worker() throws {
    struct Reply: Decodable {
      var engine: String?
      var threads: Int?
      var values: [Double]?
      var seconds: [Double]?
    }
    try scratch.write(
      #"[{"name": "w", "kind": "batch", "sentences": [[2, 5, 3], [2, 3]], "labels": [0, 0]}]"#, "w.json")
    let arguments = ["bench-worker", model, "--workloads", scratch.path + "/w.json", "--threads", "1"]
    let requests = [
      #"{"operation": "check", "workload": "w", "runs": 1}"#,
      #"{"operation": "time", "workload": "w", "runs": 3, "untimed": 1, "padding": null}"#,
    ]
    let result = try Program.run(arguments, input: Data((requests.joined(separator: "\n") + "\n").utf8))
    #expect(result.status == 0, "\(result.errors)")
    let replies = try result.lines.map { try JSONDecoder().decode(Reply.self, from: Data($0.utf8)) }
    try #require(replies.count == 3)
    #expect(replies[0].engine == "espalier" && replies[0].threads == 1)
    // Two sentences, three classes.
    #expect(replies[1].values?.count == 6)
    #expect(replies[2].seconds?.count == 3)
    #expect(try #require(replies[2].seconds).allSatisfy { $0 > 0 })
    for (line, words) in [
      ("nonsense", "nonsense"), (#"{"operation": "check", "workload": "x", "runs": 1}"#, "one of the workloads w"),
    ] {
      let refused = try Program.run(arguments, input: Data((line + "\n").utf8))
      #expect(refused.status != 0 && refused.errors.contains(words), "\(refused.errors)")
    }
  }

  @Test("Nothing stays behind when a comparison is killed") func killing() throws {
    #if os(Linux)
      let run = try Program.Running(
        try Program.url(), ["bench", model, other, "--shapes", "1x4", "--seconds", "100", "--quiet"])
      func workers() -> Int {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.count { name in
          guard Int(name) != nil, let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else {
            return false
          }
          let text = String(decoding: line, as: UTF8.self)
          return text.contains("bench-worker") && text.contains(scratch.path)
        }
      }
      func waits(for count: Int) -> Bool {
        for _ in 0..<3000 {
          if workers() == count { return true }
          usleep(10_000)
        }
        return false
      }
      #expect(waits(for: 2))
      usleep(300_000)
      run.kill()
      #expect(waits(for: 0))
    #endif
  }

  @Test(
    "Codes and words of what is wrong",
    arguments: [
      (["--shapes", "8"], Int32(64), "such as 8x128"),
      (["--shapes", "none"], 64, "--ragged"),
      (["--engine", "espalier,tensorflow"], 64, "tensorflow"),
      (["--variants", "int2"], 64, "int2"),
      (["--seconds", "0"], 64, "--seconds"),
      (["--repetitions", "0"], 64, "--repetitions"),
      (["--shapes", "1x4000"], 65, "at most"),
      (["--shapes", "1x8", "--baseline", "nobody"], 65, "nobody"),
      (["--ragged", "/no/such/file.txt"], 65, "/no/such/file.txt"),
      (["--engine", "torch", "--peers", "/no/such/folder"], 65, "ESPALIER_PEERS"),
    ])
  func wrong(_ arguments: [String], _ status: Int32, _ words: String) throws {
    let result = try Program.run(["bench", model] + arguments)
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains(words), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test func damagedModel() throws {
    try scratch.write("{}", "first/config.json")
    let result = try Program.run(["bench", model])
    #expect(result.status == 65 && result.errors.contains("config.json"), "\(result.errors)")
  }
}
