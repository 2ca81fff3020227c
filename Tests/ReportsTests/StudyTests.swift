import Foundation
import Reports
import Testing

@Suite("The study's published numbers") struct StudyTests {
  // As printed in the study's tables.
  @Test("stand beside ours where model and data are the study's") func base() throws {
    let markdown = MadeUpResults.ofBase().markdown()
    let lines = markdown.split(separator: "\n").map(String.init)
    #expect(markdown.contains("## Beside the study's published numbers"))
    #expect(
      lines.contains {
        $0.hasPrefix(
          "| Baseline | 1. FP32 baseline (12L) | 86.68 | 1253.16 | 0.8945 | 0.9300 | 0.9300 | 6.20 | 127.99 |")
      })
    #expect(
      lines.contains { $0.hasPrefix("| Pruned, FP16 | 6. Pruned FP16 (8L, GPU only) |") && $0.hasSuffix("| N/A |") })
    // Its own table, in its own columns and their order.
    for row in [
      "| Study: 1. FP32 baseline (12L) | 1253.16 | 0.9300 | 3.23 | 428.26 | 0.9300 | 127.99 |",
      "| Study: 2. INT4 bitsandbytes (12L, GPU only) | 91.64 | 0.9300 | 8.92 | 106.13 | N/A | N/A |",
      "| Study: 8. Pruned INT8 PTQ (8L, CPU only) | 145.90 | N/A | N/A | N/A | 0.9232 | 67.02 |",
      "| Study: 5. Pruned FP32 (8L) | 2.26 | 2.28 | 2.36 | 2.27 | 2.43 | 3.33 | 4.44 |",
    ] { #expect(lines.contains(row), "\(row)") }
    for words in [
      "measured elsewhere", "without an interval", "without fake quantisation", "the weights are 417.65 MB",
    ] {
      #expect(markdown.contains(words), "\(words)")
    }
    // Beside each layer the study's drop: layer 8 lost 3.10 points there.
    #expect(lines.contains { $0.hasPrefix("| 8 | +0.80 |") && $0.hasSuffix("| +3.10 |") })
  }

  @Test("are marked on the page, and in no figure, verdict or file of data") func marked() throws {
    let results = MadeUpResults.ofBase()
    let files = try Report(results).files()
    let page = try #require(files.first { $0.name == "index.html" }).text
    #expect(page.contains("<th scope=\"col\" class=\"number reference\">Study: size (MB)</th>"))
    #expect(page.contains("<td class=\"number reference\">127.99</td>"))
    for file in files where file.name.hasSuffix(".svg") || file.name.hasPrefix("results.") && file.name != "results.md"
    {
      #expect(!file.text.contains("127.99") && !file.text.contains("1253.16"), "\(file.name)")
    }
    #expect(!Verdict(results, margin: 0.02).sentences.joined().contains("tudy"))
  }

  @Test("of BERT large are those of large") func large() {
    var results = MadeUpResults.ofBase()
    for index in results.variants.indices {
      results.variants[index].layers = results.variants[index].layers == 12 ? 24 : 16
      results.variants[index].parameterCount = 335_143_938
    }
    let markdown = results.markdown()
    #expect(
      markdown.contains("| Study: L5. Pruned INT8 PTQ (16L, CPU only) | 315.24 | N/A | N/A | N/A | 0.9140 | 144.11 |"))
    #expect(markdown.contains("3836.70 MB, holds optimiser state: the weights are 1278.47 MB"))
    #expect(!markdown.contains("latency by batch on its GPU") && !markdown.contains("without fake quantisation"))
  }

  @Test("a pruned model of another depth has no counterpart") func depth() {
    var results = MadeUpResults.ofBase()
    for index in results.variants.indices where results.variants[index].layers == 8 {
      results.variants[index].layers = 9
    }
    let section = results.markdown().components(separatedBy: "## Beside")[1].components(separatedBy: "##")[0]
    #expect(section.contains("| Baseline |") && !section.contains("| Pruned |"))
  }

  @Test("other models and other data have none, and the report says so") func none() {
    #expect(MadeUpResults.standard().markdown().contains("The study has no numbers for this model"))
    #expect(!MadeUpResults.standard().markdown().contains("1253.16"))
    var results = MadeUpResults.ofBase()
    results.dataset?.name = "movie-snippets"
    #expect(results.markdown().contains("The study has no numbers for this data set"))
    #expect(!results.markdown().contains("1253.16"))
  }
}
