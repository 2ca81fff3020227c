import Foundation
import Reports
import Testing

@Suite("Tables") struct TablesTests {
  @Test("Markdown has the study's columns in the study's order") func study() {
    let markdown = MadeUpResults.full().markdown()
    #expect(
      markdown.contains(
        """
        | Model | Size (MB) | Accuracy (GPU) | Latency (GPU, ms) | Peak GPU Mem (MB) | Accuracy (CPU) | Latency (CPU, ms) |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: |
        | 1. FP32 baseline (6L) | 86.68 | N/A | N/A | N/A | 0.8945 | 6.20 |
        | 2. FP16 (6L) | 43.37 | N/A | N/A | N/A | 0.8945 | 6.40 |
        | 3. Pruned FP32 (4L) | 73.14 | N/A | N/A | N/A | 0.8911 | 4.30 |
        """))
  }

  @Test("comparison holds intervals, paired differences and corrected p") func comparison() {
    let markdown = MadeUpResults.full().markdown()
    #expect(
      markdown.contains(
        "| 3. Pruned FP32 (4L) | 4 | F32 | open | 73.14 | 0.8911 | 0.8701–0.9101 | −0.34 \\[−1.60, +0.91\\] | 1.00 | 4.30 | "
          + "0.69× | 111.28 |"))
    #expect(markdown.contains("&lt; 0.001"))
    #expect(markdown.contains("| 1. FP32 baseline (6L) | 6 | F32 | — | 86.68 |"))
    #expect(markdown.contains("| 2. FP16 (6L) | 6 | F16 | closed | 43.37 |"))
    #expect(markdown.contains("| 4. Pruned FP16 (4L) | 4 | F16 | open | 36.60 |"))
  }

  @Test("without a control the table says what can't be told") func noControl() {
    var results = MadeUpResults.full()
    let warning = "what pruning did can't be told from what the longer training did"
    #expect(!results.markdown().contains(warning))
    results.variants.removeAll { $0.role == .control }
    #expect(results.markdown().contains(warning))
  }

  @Test("a model that was trained to be rounded stands beside its integers") func quantizationTraining() throws {
    #expect(!MadeUpResults.full().markdown().contains("fake-quantised"))
    var results = MadeUpResults.withQuantizationTraining()
    let row = "| 5. INT8 QAT (6L) | selection | 2,000 | 0.8975 | 0.8980 | 99.85 % |"
    #expect(results.markdown().contains(row + "\n| 5. INT8 QAT (6L) | dev | 872 | 0.8922 | 0.8933 | 99.77 % |"))
    let json = try results.json()
    #expect(json.contains("\"fake_quantized_accuracy\" : 0.8975"))
    #expect(try ShowdownResults(json: Data(json.utf8), path: "results.json") == results)
    results.variants[results.variants.count - 1].randomWeights = true
    #expect(!results.markdown().contains("0.8975") && results.markdown().contains("99.85 %"))
  }

  @Test("each part of a model of several formats stands with its costs") func mixedFormats() throws {
    #expect(!MadeUpResults.full().markdown().contains("What each part of"))
    var results = MadeUpResults.withMixedFormats()
    let markdown = results.markdown()
    #expect(markdown.contains("## What each part of 5. Mixed (6L) costs"))
    #expect(markdown.contains("loses 0.25 points there, of 0.30 allowed, on 2,000 sentences; as these chose"))
    #expect(markdown.contains("| bert.embeddings | int4 | 100 | 0.0123 |"))
    #expect(markdown.contains("| bert.pooler.dense | floats | 800 | N/A | N/A | N/A |"))
    let json = try results.json()
    #expect(json.contains("\"mixed_formats\"") && json.contains("\"max_drop\" : 0.003"))
    #expect(try ShowdownResults(json: Data(json.utf8), path: "results.json") == results)
    results.variants[results.variants.count - 1].randomWeights = true
    let random = results.markdown()
    #expect(
      random.contains("| bert.embeddings | int4 | 100 | 0.0123 | N/A | N/A |") && !random.contains("points there"))
  }

  @Test("figures of a GPU stand where there are any") func gpu() {
    var results = MadeUpResults.full()
    results.variants[0].gpu = DeviceFigures(
      accuracy: 0.93, latency: LatencyFigures(p50: 3.23, p90: 3.3, p99: 3.5), peakMemoryBytes: 428 << 20)
    #expect(
      results.markdown().contains("| 1. FP32 baseline (6L) | 86.68 | 0.9300 | 3.23 | 428.00 | 0.8945 | 6.20 |"))
  }

  @Test("random weights are called so, everywhere an accuracy would stand") func randomWeights() throws {
    var results = MadeUpResults.full()
    for index in results.variants.indices {
      results.variants[index].randomWeights = true
      results.variants[index].accuracy = 0.4912
    }
    results.depthCurve = nil
    let files = try Report(results).files()
    for file in files where file.name != "results.json" { #expect(!file.text.contains("0.4912"), "\(file.name)") }
    #expect(results.markdown().contains("| 1. FP32 baseline (6L) | 86.68 | N/A | N/A | N/A | random weights | 6.20 |"))
    #expect(files.map(\.name).contains("radar-cpu.svg"))
    #expect(!files.map(\.name).contains("accuracy-size.svg"))
    #expect(Verdict(results).recommended == nil)
  }

  @Test("CSV quotes by the rules") func csv() {
    var variant = VariantResult(name: "a,\"b\"\nc", role: .baseline)
    variant.sizeBytes = 12
    variant.accuracy = 0.5
    let lines = ShowdownResults(title: "x", variants: [variant]).csv()
    #expect(lines.hasPrefix("name,title,role,layers,removed_layers,precision,epochs,"))
    #expect(lines.contains("\n\"a,\"\"b\"\"\nc\",,baseline,,,,,,12,false,0.5,,,"))
    let header = lines.prefix { $0 != "\n" }.split(separator: ",").count
    let full = MadeUpResults.full().csv().split(separator: "\n")
    #expect(full.count == 8)
    #expect(full.allSatisfy { cells($0) == header })
  }

  /// Cells of a row without line ends: the commas outside of quotes, and one.
  private func cells(_ row: Substring) -> Int {
    var isQuoted = false
    return row.reduce(1) { count, character in
      if character == "\"" { isQuoted.toggle() }
      return character == "," && !isQuoted ? count + 1 : count
    }
  }
}
