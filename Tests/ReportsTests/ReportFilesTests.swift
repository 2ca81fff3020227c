import Foundation
import Reports
import TestSupport
import Testing

@Suite("Files of a report") struct ReportFilesTests {
  static func files(_ results: ShowdownResults) throws -> [String: String] {
    Dictionary(uniqueKeysWithValues: try Report(results).files().map { ($0.name, $0.text) })
  }

  @Test("a full run gives every file") func names() throws {
    let names = try Report(MadeUpResults.full()).files().map(\.name)
    #expect(
      names == [
        "results.json", "results.csv", "results.md", "index.html", "difference.svg", "accuracy-latency.svg",
        "accuracy-size.svg", "accuracy-memory.svg", "depth.svg", "sensitivity.svg", "latency-batch-16.svg",
        "latency-length.svg", "radar-cpu.svg", "radar-cpu-fixed.svg",
      ])
  }

  /// Puts reports where one wants to look at them: ESPALIER_REPORT_SAMPLE=DIR swift test --filter ReportFilesTests
  @Test("every kind of report can be written", arguments: ["full", "random", "sparse", "standard", "base", "zh"])
  func sample(kind: String) throws {
    let scratch = try ScratchDirectory()
    let chosen = ProcessInfo.processInfo.environment["ESPALIER_REPORT_SAMPLE"].map { URL(filePath: $0) }
    let directory = (chosen ?? scratch.url).appending(path: kind)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let results =
      switch kind {
      case "random": MadeUpResults.randomWeights()
      case "sparse": MadeUpResults.sparse()
      case "base": MadeUpResults.ofBase()
      case "standard", "zh": MadeUpResults.standard()
      default: MadeUpResults.full()
      }
    for file in try Report(results, language: kind == "zh" ? .chinese : nil).files() {
      #expect(!file.text.isEmpty && !file.text.lowercased().contains(/\bnan\b/), "\(file.name)")
      try Data(file.text.utf8).write(to: directory.appending(path: file.name))
    }
  }

  @Test("without sensitivity, latency by batch and depth the other figures stand") func sparse() throws {
    let names = try Report(MadeUpResults.sparse()).files().map(\.name)
    #expect(
      names == [
        "results.json", "results.csv", "results.md", "index.html", "difference.svg", "accuracy-latency.svg",
        "accuracy-size.svg", "accuracy-memory.svg", "radar-cpu.svg", "radar-cpu-fixed.svg",
      ])
  }

  @Test("random weights: the page says so and draws no accuracy") func randomWeights() throws {
    let files = try Self.files(MadeUpResults.randomWeights())
    let page = try #require(files["index.html"])
    #expect(page.count(of: ">random weights<") >= 7)
    #expect(page.contains("The weights of this run are random"))
    for name in [
      "difference.svg", "accuracy-latency.svg", "accuracy-size.svg", "accuracy-memory.svg", "depth.svg",
      "sensitivity.svg",
    ] {
      #expect(files[name] == nil, "\(name)")
    }
    for name in ["results.csv", "results.md", "index.html"] {
      #expect(files[name]?.contains("0.8945") == false, "\(name)")
    }
  }

  @Test("equal results give equal bytes") func repeatable() throws {
    #expect(try Report(MadeUpResults.full()).files() == Report(MadeUpResults.full()).files())
  }

  @Test("page and drawings are well-formed") func wellFormed() throws {
    for file in try Report(MadeUpResults.full()).files() where file.name.hasSuffix(".svg") || file.name == "index.html"
    {
      #expect(xmlProblem(file.text) == nil, "\(file.name)")
      #expect(
        !file.text.contains("NaN") && !file.text.contains("nan\"") && !file.text.contains("inf\""), "\(file.name)")
    }
  }

  @Test("drawings stand alone: title, description, both schemes, no variables, nothing from elsewhere")
  func standalone() throws {
    for file in try Report(MadeUpResults.full()).files() where file.name.hasSuffix(".svg") {
      #expect(file.text.contains("<title id=") && file.text.contains("<desc id="), "\(file.name)")
      #expect(file.text.contains("prefers-color-scheme: dark"), "\(file.name)")
      #expect(!file.text.contains("var(--"), "\(file.name)")
      #expect(!file.text.contains("href") && !file.text.contains("url("), "\(file.name)")
    }
  }

  @Test("page asks nothing of the network, and its one script sorts tables") func selfContained() throws {
    let page = try #require(try Self.files(MadeUpResults.full())["index.html"])
    for forbidden in ["src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest", "onclick", "onload"] {
      // The skip link leads into the page itself.
      #expect(!page.replacingOccurrences(of: "href=\"#comparison\"", with: "").contains(forbidden), "\(forbidden)")
    }
    let withoutNamespaces = page.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
      .replacingOccurrences(of: "http://www.w3.org/1999/xhtml", with: "")
    #expect(!withoutNamespaces.contains("://"))
    #expect(page.count(of: "<script") == 1)
    #expect(page.contains("default-src &#39;none&#39;"))
    #expect(page.utf8.count < 1_000_000)
    #expect(page.contains("prefers-color-scheme:dark") && page.contains("@media print"))
    #expect(page.count(of: "<figure ") == 10)
    #expect(page.count(of: "<div class=\"numbers\">") == 10)
  }

  @Test("every drawing has a title and a description of its own, and no id stands twice") func accessible() throws {
    for file in try Report(MadeUpResults.full()).files() where file.name.hasSuffix(".svg") || file.name == "index.html"
    {
      let ids = file.text.components(separatedBy: " id=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
      #expect(ids.count == Set(ids).count, "\(file.name)")
      let drawings = file.text.components(separatedBy: "<svg ").dropFirst()
      // On the page each stands twice: for wide screens, and arranged anew for small ones.
      #expect(drawings.count == (file.name == "index.html" ? 20 : 1), "\(file.name)")
      for drawing in drawings {
        let head = drawing.prefix { $0 != ">" }
        #expect(head.contains("role=\"img\""), "\(file.name)")
        let named = try #require(head.components(separatedBy: "aria-labelledby=\"").last).prefix { $0 != "\"" }
        for id in named.split(separator: " ") {
          let text = try #require(drawing.components(separatedBy: " id=\"\(id)\">").dropFirst().first)
          #expect(!text.hasPrefix("<"), "\(file.name): \(id) is empty")
        }
      }
    }
  }

  @Test("the keyboard gets past the head of the page, and every region that scrolls") func keyboard() throws {
    let page = try #require(try Self.files(MadeUpResults.full())["index.html"])
    #expect(page.count(of: "<a class=\"skip\" href=\"#comparison\">") == 1 && page.count(of: " id=\"comparison\"") == 1)
    #expect(
      page.count(of: "<div class=\"scroll\" ")
        == page.count(of: "class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label="))
  }

  @Test("rows that others beat are pale in the tables of the plots") func beaten() throws {
    let page = try #require(try Self.files(MadeUpResults.full())["index.html"])
    let figure = try #require(page.components(separatedBy: "<figure id=\"accuracy-size\"").last)
    let rows = figure.components(separatedBy: "</figure>")[0].components(separatedBy: "<tr ")
    #expect(rows.filter { $0.hasPrefix("class=\"beaten\"") }.count == 4)
    #expect(rows.filter { $0.hasPrefix("class=\"beaten\"") && $0.contains(">yes<") }.isEmpty)
  }

  @Test("every table names its rows and columns") func tables() throws {
    let page = try #require(try Self.files(MadeUpResults.full())["index.html"])
    for table in page.components(separatedBy: "<table ").dropFirst() {
      let text = table.components(separatedBy: "</table>")[0]
      #expect(text.contains("<caption>") && text.contains("scope=\"col\"") && text.contains("scope=\"row\""))
    }
  }

  @Test("rows on which variants disagree, with sentences only where the results have them") func disagreements() throws
  {
    var results = MadeUpResults.full()
    var page = try #require(try Self.files(results)["index.html"])
    #expect(page.contains("The variants disagree on 3 rows of dev"))
    #expect(page.contains(">not bad<") && page.contains(">C1. Unpruned, trained as long<"))
    for index in results.disagreements?.rows.indices ?? 0..<0 { results.disagreements?.rows[index].sentence = nil }
    page = try #require(try Self.files(results)["index.html"])
    #expect(!page.contains("not bad") && !page.contains(">Sentence<"))
    #expect(page.contains("The sentences are left out"))
  }

  @Test("page shows where the figures come from") func provenance() throws {
    let page = try #require(try Self.files(MadeUpResults.full())["index.html"])
    for text in [
      "espalier run made-up --data DIR --set seed=42", "commit 0123456789abcdef", "Made-up CPU, 2 logical cores",
      "16.0 GiB", "2026-01-02T03:04:05Z", String(repeating: "ab", count: 32),
      "checkpoints, sensitivity and the layers removed", "one row is 0.115 points",
    ] { #expect(page.contains(text), "\(text)") }
  }

  @Test("text from outside is never markup")
  func escaping() throws {
    let attack = "</title></style><script>alert(\"1\")</script>&'|`\u{0}"
    var results = MadeUpResults.full()
    results.title = attack
    results.command = attack
    results.notes = [attack]
    results.disagreements?.rows[0].sentence = attack
    results.dataset = DatasetDescription(name: attack, labels: [attack, attack], files: [.init(name: attack)])
    results.splits = [SplitUse(name: attack, purpose: attack)]
    for index in results.variants.indices { results.variants[index].title = attack }
    for file in try Report(results).files() where file.name.hasSuffix(".svg") || file.name == "index.html" {
      #expect(xmlProblem(file.text) == nil, "\(file.name)")
      #expect(file.text.count(of: "<script") == (file.name == "index.html" ? 1 : 0), "\(file.name)")
      #expect(!file.text.contains("<script>alert"), "\(file.name)")
    }
    let markdown = try #require(try Self.files(results)["results.md"])
    #expect(!markdown.contains("<script"))
    #expect(!markdown.contains("|`"))
  }

  @Test("a run that has hardly anything still has a report") func little() throws {
    var results = ShowdownResults(title: "little", variants: [VariantResult(name: "a", role: .baseline)])
    var files = try Report(results).files()
    #expect(files.map(\.name) == ["results.json", "results.csv", "results.md", "index.html"])
    #expect(xmlProblem(try #require(files.last).text) == nil)
    results.variants = []
    files = try Report(results).files()
    #expect(xmlProblem(try #require(files.last).text) == nil)
  }

  @Test("odd numbers draw no nonsense") func odd() throws {
    var results = MadeUpResults.full()
    results.sensitivity = [LayerSensitivity(layer: 0, accuracyDrop: 0), LayerSensitivity(layer: 1, accuracyDrop: 0)]
    for index in results.variants.indices {
      results.variants[index].sizeBytes = 0
      results.variants[index].latency = LatencyFigures(p50: 0, p90: 0, p99: 0)
      results.variants[index].latencyByBatch = [
        BatchLatency(batch: 0, tokens: 8, p50: 0), BatchLatency(batch: 1, tokens: 8, p50: 1),
      ]
      results.variants[index].confusion = [[1], [2, 3, 4]]
    }
    for file in try Report(results).files() where file.name.hasSuffix(".svg") || file.name == "index.html" {
      #expect(xmlProblem(file.text) == nil, "\(file.name)")
      #expect(!file.text.contains("NaN") && !file.text.contains("\"inf"), "\(file.name)")
    }
  }
}
