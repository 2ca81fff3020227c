import Foundation
import Reports
import Testing

@Suite("Languages") struct LanguageTests {
  /// Names of people, programs, models, data, splits, formats and machines, units, and what formulas call their parts.
  private static let names: Set<String> = [
    "espalier", "bert", "base", "large", "minilm", "sst", "glue", "rtx", "bitsandbytes", "wilson", "mcnemar", "holm",
    "student", "socher", "wang", "hutto", "gilbert", "train", "selection", "dev", "tsv", "uncased", "negative",
    "positive",
    "gpu", "cpu", "fp", "int", "qat", "ptq", "mb", "gib", "ece", "mcc", "kl", "nat", "sd", "sha", "json", "results",
    "logits", "cls", "sep", "max", "min", "embeddings", "pooler", "dense", "made", "up", "linux", "fma", "avx", "na",
  ]

  /// The words in Latin letters that are none of the names above.
  private static func english(_ text: String) -> [String] {
    let words = text.replacingOccurrences(of: "&lt;", with: "<").lowercased().split { !($0.isASCII && $0.isLetter) }
    return words.filter { $0.count > 1 && !names.contains(String($0)) }.map(String.init)
  }

  private static func files(_ results: ShowdownResults, _ language: Language) throws -> [String: String] {
    let files = try Report(results, language: language).files()
    return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.text) })
  }

  @Test("a Chinese page has no English left but names, units and commands", arguments: ["minilm", "base", "random"])
  func nothingLeft(kind: String) throws {
    var results = kind == "base" ? MadeUpResults.ofBase() : MadeUpResults.standard()
    results.recipe = "sst2-minilm"
    results.commit = "0123"
    if kind == "random" {
      for index in results.variants.indices { results.variants[index].randomWeights = true }
      results.model = "bert-base-uncased, random weights"
      results.notes = [StandardNote.randomWeights.text]
    }
    let files = try Self.files(results, .chinese)
    let page = try #require(files["index.html"])
    #expect(page.contains("<html lang=\"zh-Hans\""))
    for (name, text) in files where name.hasSuffix(".svg") || name == "index.html" {
      let seen = VisibleText(text)
      #expect(seen.isWhole && seen.pieces.count > 5, "\(name)")
      for piece in seen.pieces {
        // Sums, dates and the command are no language.
        guard piece.range(of: #"^[0-9a-f]{64}$|^\d{4}-\d\d-\d\dT"#, options: .regularExpression) == nil else {
          continue
        }
        #expect(Self.english(piece) == [], "\(name): \(piece)")
      }
    }
    let markdown = try #require(files["results.md"])
    for line in markdown.split(separator: "\n") where !line.contains("2026-01-02T") && !line.contains("espalier run ") {
      #expect(Self.english(String(line)) == [], "\(line)")
    }
    #expect(markdown.contains(kind == "random" ? "| 基线 | 86.68 | N/A | N/A | N/A | 随机权重 | 6.20 |" : "## 结果"))
  }

  @Test("an English page has no Chinese in it") func noChinese() throws {
    for results in [MadeUpResults.standard(), MadeUpResults.ofBase()] {
      for (name, text) in try Self.files(results, .english) where name != "results.json" {
        let isChinese = text.unicodeScalars.contains { ("\u{3000}"..."\u{9FFF}").contains($0) }
        #expect(!isChinese, "\(name)")
      }
      #expect(try #require(Self.files(results, .english)["index.html"]).contains("<html lang=\"en\""))
    }
  }

  @Test("both languages give the same files, numbers and drawings") func same() throws {
    let results = MadeUpResults.standard()
    let english = try Self.files(results, .english), chinese = try Self.files(results, .chinese)
    #expect(Set(english.keys) == Set(chinese.keys))
    for name in ["results.json", "results.csv"] { #expect(english[name] == chinese[name], "\(name)") }
    for name in ["index.html", "results.md"] {
      let rows = [english, chinese].map { $0[name]?.count(of: name == "results.md" ? "\n|" : "<tr ") }
      #expect(rows[0] == rows[1], "\(name)")
    }
    for (name, text) in chinese where name.hasSuffix(".svg") || name == "index.html" {
      #expect(xmlProblem(text) == nil, "\(name)")
    }
  }

  @Test("titles, notes and purposes of the pipeline are translated, a user's own are not") func standardTexts() throws {
    var results = MadeUpResults.standard()
    var markdown = results.markdown(language: .chinese)
    for text in [
      "# 虚构的对决", "| 基线，FP16 | 6 | F16 | 封闭 |", "| 未剪枝，训练更久 |", "| 基线，混合 | 6 | 混合 |",
      "| dev | 872 | 本报告的数字，只用一次 |", "- 每部分数据至多取 4000 句。", "5 个全新进程各测 dev 的 200 句", "再训练 1 轮",
      "两类的斯坦福情感树库",
    ] { #expect(markdown.contains(text), "\(text)") }
    results.variants[2].title = "My own"
    results.notes = ["Each split was cut to at most some sentences."]
    results.titles = nil
    markdown = results.markdown(language: .chinese)
    for text in ["# Made-up showdown", "| My own |", "- Each split was cut to at most some sentences."] {
      #expect(markdown.contains(text), "\(text)")
    }
  }

  @Test("the verdict says the same in both") func verdict() throws {
    let results = MadeUpResults.standard(seeds: nil)
    let english = Verdict(results, margin: 0.02), chinese = Verdict(results, margin: 0.02, language: .chinese)
    #expect(english.recommended == chinese.recommended && english.recommended != nil)
    #expect(english.sentences.count == chinese.sentences.count)
    let numbers = { (text: String) in text.split { !(".−+0123456789".contains($0)) }.filter { $0 != "." } }
    for (first, second) in zip(english.sentences, chinese.sentences) {
      #expect(
        Set(numbers(first).map { $0.trimmingCharacters(in: ["."]) }) == Set(numbers(second).map(String.init)),
        "\(second)")
    }
  }

  @Test("a run's own language and margin hold unless others are asked for") func ofTheRun() throws {
    var results = MadeUpResults.standard()
    results.language = .chinese
    results.margin = 0.001
    let page = try #require(try Report(results).files().first { $0.name == "index.html" }).text
    #expect(page.contains("lang=\"zh-Hans\"") && page.contains("0.1 个百分点"))
    let asked = try #require(
      try Report(results, margin: 0.02, language: .english).files().first { $0.name == "index.html" }
    ).text
    #expect(asked.contains("lang=\"en\"") && asked.contains("budget of 2 points"))
  }
}
