import Reports
import Testing

@Suite("Model cards") struct ModelCardTests {
  @Test func figuresOfTheVariantAlone() throws {
    var results = MadeUpResults.full()
    results.modelLicence = "Apache-2.0"
    results.modelRepository = "owner/name"
    let text = try #require(ModelCard(results, variant: "pruned-f16")).markdown
    let head = text.split(separator: "---", omittingEmptySubsequences: false)[1]
    for line in [
      "license: \"apache-2.0\"", "base_model: \"owner/name\"", "pipeline_tag: text-classification", "- \"f16\"",
      "- name: \"pruned-f16\"", "      type: \"made-up sentences\"", "      split: \"dev\"", "    - type: accuracy",
      "      value: 0.8922",
    ] {
      #expect(head.split(separator: "\n").contains { $0 == line }, "\(line)")
    }
    for words in [
      "# Made-up showdown: 4. Pruned FP16 (4L)", "removed, counted from 0: 1, 3.", "It was trained again.",
      "| Accuracy on dev | 0.8922 |", "| Bytes needed for inference | 38,380,000 |",
      "espalier run made-up --data DIR --set seed=42", "Split dev, 872 rows: the figures of this report, once.",
    ] {
      #expect(text.contains(words), "\(words)")
    }
    #expect(!text.contains("0.8945"), "the baseline's accuracy")
  }

  @Test func whatMeansNothingIsLeftOut() throws {
    var results = MadeUpResults.full()
    for index in results.variants.indices { results.variants[index].randomWeights = true }
    let text = try #require(ModelCard(results, variant: "baseline")).markdown
    #expect(text.contains("They are random"))
    #expect(!text.contains("model-index"))
    #expect(!text.contains("0.8945") && !text.contains("Matthews"))
  }

  @Test func quotesWhatYAMLWouldTakeForItsOwn() throws {
    var results = MadeUpResults.full()
    results.dataset?.description = "say \"a\\b\": # no\ncomment"
    let text = try #require(ModelCard(results, variant: "baseline")).markdown
    #expect(text.contains("      name: \"say \\\"a\\\\b\\\": # no comment\"\n"))
  }

  @Test func noCardOfWhatWasNotMeasuredHere() {
    var results = MadeUpResults.full()
    results.variants[2].role = .reference
    #expect(ModelCard(results, variant: results.variants[2].name) == nil)
    #expect(ModelCard(results, variant: "no such") == nil)
  }
}
