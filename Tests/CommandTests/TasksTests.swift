import Foundation
import TestSupport
import Testing

/// The shapes of CoLA, MRPC and STS-B, on sentences of a small grammar: from files as GLUE has them to the report.
@Suite("Tasks, from the files to the report") struct TasksTests {
  private struct Results: Decodable {
    struct Variant: Decodable {
      var name: String
      var accuracy: Double?
      var score: Double?
      var score_interval: [Double]?
      var difference_interval: [Double]?
      var mcnemar_p_holm: Double?
      var randomization_p_holm: Double?
      var f1: Double?
      var mcc: Double?
      var pearson: Double?
      var spearman: Double?
      var mean_squared_error: Double?
    }

    var metric: String?
    var variants: [Variant]
  }

  private let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    try TinyModel.write(to: scratch.url.appending(path: "model"))
  }

  /// A sentence of the grammar, and whether its words stand in the order of the grammar.
  private static func sentence(_ row: Int, isGood: Bool) -> String {
    let adjective = row % 3 == 0 ? "dull" : "fine"
    return isGood ? "a \(adjective) film word\(9 + row % 80)" : "film a word\(9 + row % 80) \(adjective)"
  }

  private static func rows(_ task: String, _ count: Int) -> [String] {
    let header: [String: [String]] = [
      "mrpc": ["Quality\t#1 ID\t#2 ID\t#1 String\t#2 String"],
      "stsb": ["index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore"],
    ]
    return (header[task] ?? [])
      + (0..<count).map { row in
        let isYes = row % 5 < 3
        switch task {
        case "cola": return "gen\t\(isYes ? 1 : 0)\t\(isYes ? "" : "*")\t\(sentence(row, isGood: isYes))"
        case "mrpc":
          return "\(isYes ? 1 : 0)\t\(row)\t\(row)\ta \"fine\" film word\(9 + row % 70)\t"
            + (isYes ? "a fine film word\(9 + row % 70)" : "dull word\(10 + row % 70)")
        default:
          let shared = row % 5
          let words = (0..<5).map { $0 < shared ? "fine" : "word\(9 + (row + 7 * $0) % 80)" }
          return "\(row)\tgen\tfile\t2012\t\(row)\tnone\tnone\tfine fine fine word\(9 + row % 80)\t"
            + words.joined(separator: " ") + "\t\(shared).250"
        }
      }
  }

  private func run(_ task: String, metric: String) throws -> Results {
    let data = scratch.url.appending(path: task)
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    for (name, count) in [("train", 150), ("dev", 60)] {
      try scratch.write(Self.rows(task, count).joined(separator: "\n") + "\n", "\(task)/\(name).tsv")
    }
    let result = try Program.run(
      [
        "run", task, "--data", data.path(percentEncoded: false), "--output", scratch.path + "/out-" + task, "--quiet",
      ]
        + [
          "model.name=\(scratch.path)/model", "data.maximum_length=24",
          "finetune.num_train_epochs=\(task == "stsb" ? 20 : 8)", "finetune.learning_rate=3.0e-3",
          "finetune.train_batch_size=8", "refinetune.num_train_epochs=1",
          "refinetune.train_batch_size=8", "refinetune.learning_rate=1.0e-3", "prune.layers=1", "controls=[top]",
          "quantize=[int8-ptq-dynamic, int8-qat, mixed]", "qat.num_train_epochs=1", "evaluate.rounds=1",
          "evaluate.latency_sentences=3", "evaluate.warmup=1", "evaluate.batch_sizes=[1, 2]", "evaluate.batch_tokens=8",
          "evaluate.lengths=[5, 12]", "report.margin=0.2", "report.sentences=true",
        ].flatMap { ["--set", $0] })
    try #require(result.status == 0, "\(result.errors)")
    let results = try JSONDecoder().decode(Results.self, from: Data(try text("out-\(task)/report/results.json").utf8))
    #expect(results.metric == metric)
    for variant in results.variants {
      let score = try #require(variant.score, "\(variant.name)")
      let interval = try #require(variant.score_interval)
      #expect(interval[0] <= score && score <= interval[1], "\(variant.name)")
      guard variant.name != "baseline" else { continue }
      #expect(variant.randomization_p_holm != nil && variant.difference_interval?.count == 2, "\(variant.name)")
    }
    let names = [
      "baseline", "pruned", "pruned-top", "baseline-fp16", "pruned-fp16", "baseline-int8-ptq-dynamic",
      "pruned-int8-ptq-dynamic", "baseline-int8-qat", "pruned-int8-qat", "baseline-mixed", "pruned-mixed",
    ]
    #expect(results.variants.map(\.name) == names)
    // It learns: chance would give 0 for both correlations, and F1 of 0.75 by saying yes always.
    #expect(try #require(results.variants.first?.score) > (metric == "f1" ? 0.8 : 0.5), "\(task)")
    // The same by the command, which reads the columns by the name of the task.
    let again = try Program.run([
      "evaluate", scratch.path + "/out-\(task)/models/pruned", "--data", scratch.path + "/\(task)/dev.tsv", "--task",
      task, "--maximum-length", "24", "--baseline", scratch.path + "/out-\(task)/models/baseline", "--json", "--quiet",
    ])
    struct Figures: Decodable {
      struct Comparison: Decodable { var difference: Double }
      var metric: String
      var score: Double
      var comparison: Comparison
    }
    let figures = try JSONDecoder().decode(Figures.self, from: Data(again.output.utf8))
    #expect(figures.metric == metric && figures.score == results.variants[1].score)
    return results
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: scratch.url.appending(path: path), encoding: .utf8)
  }

  @Test("CoLA's: one sentence, judged by Matthews' correlation") func cola() throws {
    let results = try run("cola", metric: "matthews_correlation")
    #expect(
      results.variants.allSatisfy {
        $0.score == $0.mcc && $0.accuracy != nil && $0.mcnemar_p_holm != nil || $0.name == "baseline"
      })
    let report = try text("out-cola/report/results.md")
    #expect(report.contains("| Matthews correlation | 95 % interval |"), "\(report.prefix(2000))")
    #expect(
      report.contains("For a Matthews correlation budget") || report.contains("within the Matthews correlation budget"))
    #expect(try text("out-cola/models/pruned/README.md").contains("| Matthews correlation on dev |"))
    // In Chinese, and the run beside itself.
    let chinese = try Program.run([
      "report", scratch.path + "/out-cola", "--output", scratch.path + "/zh", "--language", "zh",
    ])
    #expect(chinese.status == 0, "\(chinese.errors)")
    #expect(try text("zh/index.html").contains("Matthews 相关系数"))
  }

  @Test("MRPC's: pairs, judged by F1") func mrpc() throws {
    let results = try run("mrpc", metric: "f1")
    #expect(results.variants.allSatisfy { $0.score == $0.f1 })
    let split = try text("out-mrpc/split/dev.jsonl")
    #expect(
      split.contains(#""pair":"a fine film word"#) && split.contains(#""sentence":"a \"fine\" film"#),
      "\(split.prefix(300))")
    #expect(try text("out-mrpc/report/index.html").contains("p (randomisation)"))
  }

  @Test("STS-B's: pairs and a number, judged by Pearson's correlation") func stsb() throws {
    let results = try run("stsb", metric: "pearson")
    #expect(
      results.variants.allSatisfy {
        $0.score == $0.pearson && $0.spearman != nil && $0.mean_squared_error != nil && $0.accuracy == nil
      })
    #expect(try text("out-stsb/models/baseline/config.json").contains("\"problem_type\": \"regression\""))
    let report = try text("out-stsb/report/results.md")
    #expect(report.contains("| Pearson | Spearman | Mean squared error |"), "\(report)")
    #expect(!report.contains("ECE") && !report.contains("Correct |"))
    #expect(try text("out-stsb/predictions/pruned.tsv").hasPrefix("row\tlabel\tprediction\tlogit_0\n0\t0.25\t"))
  }

  @Test("Several classes from CSV, packed, and from the standard input") func multiLabel() throws {
    let rows = (0..<120).map { row -> String in
      let (isFine, isDull) = (row % 2 == 0, row % 3 == 0)
      let classes = (isFine ? ["fine"] : []) + (isDull ? ["dull"] : [])
      return
        "\"\(isFine ? "fine " : "")\(isDull ? "dull, " : "")film word\(9 + row % 80)\",\"\(classes.joined(separator: ","))\""
    }
    let csv = "comment,classes\n" + rows.joined(separator: "\n") + "\n"
    let plain = try scratch.write(csv, "data.csv").path(percentEncoded: false)
    let packed = try Program.shell("gzip -c \"$1\" > \"$1.gz\"", plain)
    try #require(packed.status == 0)
    let columns = ["--text-column", "comment", "--label-column", "classes"]
    let model = scratch.path + "/several"
    let trained = try Program.run(
      [
        "finetune", scratch.path + "/model", "--data", plain + ".gz", "--selection", plain, "--output", model,
        "--problem-type", "multi_label_classification", "--labels", "fine,dull", "--num-train-epochs", "20",
        "--train-batch-size", "8", "--learning-rate", "3e-3", "--quiet",
      ] + columns)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.output.contains("selection micro F1"), "\(trained.output)")
    struct Figures: Decodable {
      var metric: String
      var score: Double
      var f1_macro: Double
      var accuracy: Double
    }
    let evaluated = try Program.run(
      ["evaluate", model, "--data", "-", "--format", "csv", "--json", "--quiet"] + columns, input: Data(csv.utf8))
    let figures = try JSONDecoder().decode(Figures.self, from: Data(evaluated.output.utf8))
    #expect(figures.metric == "f1_micro" && figures.score > 0.95 && figures.accuracy > 0.9)
    let ablated = try Program.run(["ablate", model, "--data", plain, "--metric", "f1_macro"] + columns)
    #expect(ablated.output.contains("macro F1"), "\(ablated.output)\(ablated.errors)")
    // What doesn't go together is said before anything is read.
    let wrong = try Program.run(["evaluate", model, "--data", plain, "--metric", "pearson"] + columns)
    #expect(
      wrong.status == 64 && wrong.errors.contains("expected one of accuracy, f1_macro, f1_micro"), "\(wrong.errors)")
    let unstated = try Program.run(["evaluate", model, "--data", "-"] + columns, input: Data(csv.utf8))
    #expect(
      unstated.status == 65 && unstated.errors.contains("standard input: expected its format"), "\(unstated.errors)")
  }

  @Test("A recipe of one's own files") func ownFiles() throws {
    let rows = (0..<200).map {
      #"{"q": "a film word\#(9 + $0 % 80)", "a": "\#($0 % 2 == 0 ? "fine" : "dull")", "ok": "\#($0 % 2 == 0 ? "yes" : "no")"}"#
    }
    try scratch.write(rows.joined(separator: "\n") + "\n", "own.jsonl")
    try scratch.write(
      """
      name: own
      model: {name: \(scratch.path)/model}
      data:
        name: my answers
        train: own.jsonl
        text: q
        pair: a
        label: ok
        labels: [no, yes]
        metric: f1_macro
        maximum_length: 16
        dev_fraction: 0.3
        selection_fraction: 0.2
      finetune: {num_train_epochs: 1, train_batch_size: 16}
      prune: {layers: 1}
      refinetune: {num_train_epochs: 1, train_batch_size: 16}
      convert: []
      evaluate: {rounds: 1, latency_sentences: 2, warmup: 1, batch_sizes: [1], batch_tokens: 8, lengths: [5]}
      """, "own.yaml")
    let arguments = [
      "run", scratch.path + "/own.yaml", "--data", scratch.path, "--output", scratch.path + "/own", "--quiet",
    ]
    let result = try Program.run(arguments)
    #expect(result.status == 0, "\(result.errors)")
    #expect(try text("own/report/results.json").contains("\"metric\" : \"f1_macro\""))
    let wrong = try Program.run(arguments + ["--set", "data.metric=pearson"])
    #expect(
      wrong.status == 65 && wrong.errors.contains("data.metric: expected one of accuracy, f1, f1_macro"),
      "\(wrong.errors)")
  }
}
