import Foundation
import Reports
import Testing

@Suite("Several seeds in a report") struct SeedTablesTests {
  @Test("means, spreads and paired differences, with the number of seeds") func table() throws {
    let markdown = MadeUpResults.standard().markdown()
    #expect(markdown.contains("## Over 3 seeds"))
    #expect(markdown.contains("| Baseline | 3 | 0.8935 | 0.44 | 0.8825–0.9045 | — | — | — | none |"))
    #expect(
      markdown.contains(
        "| Pruned | 3 | 0.8901 | 0.44 | 0.8791–0.9011 | +0.10 | 0.10 | \\[−0.15, +0.35\\] | 1, 4; 1, 5; 1, 2 |"))
    #expect(markdown.contains("each of the seeds 42, 7, 8") && markdown.contains("Student's t"))
    #expect(markdown.contains("| Seeds | 42, 7, 8 |"))
  }

  @Test("one seed has no such table") func one() throws {
    #expect(!MadeUpResults.standard(seeds: nil).markdown().contains("seeds"))
  }

  @Test("random weights have none either") func randomWeights() throws {
    var results = MadeUpResults.standard()
    for index in results.variants.indices { results.variants[index].randomWeights = true }
    #expect(!results.markdown().contains("## Over 3 seeds"))
    #expect(try #require(Report(results).files().first { $0.name == "index.html" }).text.contains("Over 3") == false)
  }
}
