import Foundation
import Reports
import Testing

@Suite("Figures") struct FiguresTests {
  static func svg(_ name: String, _ results: ShowdownResults = MadeUpResults.full()) throws -> String {
    try #require(try Report(results).files().first { $0.name == name + ".svg" }).text
  }

  @Test("sensitivity: a bar a layer, ascending, with its value") func sensitivity() throws {
    let svg = try Self.svg("sensitivity")
    let order = ["Layer 1<", "Layer 3<", "Layer 4<", "Layer 2<", "Layer 5<", "Layer 0<"]
    let places = order.compactMap { svg.firstRange(of: $0)?.lowerBound }
    #expect(places.count == 6 && places == places.sorted())
    for value in ["−0.20", "+0.05", "+0.95", "+1.25", "+2.15", "+3.10"] { #expect(svg.contains(value), "\(value)") }
    #expect(svg.contains(">removed<"))
  }

  @Test("sensitivity without removed layers has no legend for them") func noneRemoved() throws {
    var results = MadeUpResults.full()
    results.removedLayers = nil
    #expect(try !Self.svg("sensitivity", results).contains(">removed<"))
  }

  @Test("latency: a line a variant, one figure a length, controls in the table alone") func latency() throws {
    var results = MadeUpResults.full()
    #expect(try Self.svg("latency-batch-16").count(of: "<polyline") == 4)
    let page = try #require(try Report(results).files().first { $0.name == "index.html" }).text
    let figure = try #require(page.components(separatedBy: "<figure id=\"latency-batch-16\"").last)
    #expect(figure.components(separatedBy: "</figure>")[0].contains("C3. Random layers removed (4L)</th>"))
    results.variants[0].latencyByBatch = [
      BatchLatency(batch: 1, tokens: 16, p50: 1), BatchLatency(batch: 1, tokens: 128, p50: 5),
      BatchLatency(batch: 8, tokens: 128, p50: 30),
    ]
    #expect(try Self.svg("latency-batch-16", results).count(of: "<polyline") == 3)
    #expect(try Self.svg("latency-batch-128", results).count(of: "<polyline") == 1)
  }

  @Test("latency by length: a line a variant, the lengths in tokens") func length() throws {
    var results = MadeUpResults.full()
    #expect(try Self.svg("latency-length", results).count(of: "<polyline") == 4)
    // 6.2 (0.4 + 32 / 40) = 7.44 for the baseline.
    #expect(results.markdown().contains("| Model, ms at | 16 tokens | 32 tokens | 64 tokens |"))
    #expect(results.markdown().contains("| 1. FP32 baseline (6L) | 4.96 | 7.44 | 12.40 |"))
    for index in results.variants.indices { results.variants[index].latencyByLength = nil }
    #expect(try Report(results).files().contains { $0.name == "latency-length.svg" } == false)
  }

  @Test("depth: every kind in the legend") func depth() throws {
    let svg = try Self.svg("depth")
    for kind in [
      "baseline", "unpruned, trained as long", "pruned, trained again", "pruned, not trained again",
      "top layers removed", "random layers removed",
    ] { #expect(svg.contains(">\(kind)<"), "\(kind)") }
  }

  @Test("the frontier joins those that no other beats in both") func frontier() throws {
    // By size: pruned-f16 (0.8922), baseline-f16 (0.8945), longer (0.8979); the others are beaten.
    let svg = try Self.svg("accuracy-size")
    let lines = svg.split(separator: "<polyline").dropFirst().filter { $0.contains("guide") }
    #expect(lines.count == 1)
    let points = try #require(lines.first).split(separator: "\"")[1]
    #expect(points.split(separator: " ").count == 3)
    // The other four are pale, in the plot and in the legend: a mark and an interval, and a mark.
    #expect(svg.count(of: "<g class=\"dim\">") == 4 * 3)
  }

  @Test("rows measured elsewhere are in the table and in no figure") func reference() throws {
    var results = MadeUpResults.full()
    var row = results.variants[2]
    row.name = "elsewhere"
    row.title = "R1. Elsewhere"
    row.role = .reference
    results.variants.append(row)
    #expect(results.markdown().contains("R1. Elsewhere"))
    for file in try Report(results).files() where file.name.hasSuffix(".svg") {
      #expect(!file.text.contains("R1. Elsewhere"), "\(file.name)")
    }
  }
}
