import Reports
import Testing

@Suite("Verdict") struct VerdictTests {
  @Test("names the smallest variant whose interval stays above the margin") func nonInferior() {
    let wide = Verdict(MadeUpResults.full(), margin: 0.02)
    #expect(wide.recommended == "pruned-f16")
    #expect(
      wide.sentences == [
        "For an accuracy budget of 2 points, ship 4. Pruned FP16 (4L): it is the smallest variant shown to stay within the "
          + "budget against 1. FP32 baseline (6L) (difference −0.23 points, 95 % interval −1.46 to +1.00).",
        "Against the baseline it takes 42 % of its size, 71 % of its median latency and 60 % of its peak memory.",
      ])
    // Within one point only the conversion is shown to be as good.
    #expect(Verdict(MadeUpResults.full()).recommended == "baseline-f16")
  }

  @Test("takes neither overlap nor a high p for equality") func none() {
    let verdict = Verdict(MadeUpResults.full(), margin: 0.001)
    #expect(verdict.recommended == nil)
    #expect(
      verdict.sentences[0].hasPrefix("No smaller variant is shown to stay within the accuracy budget of 0.1 points"))
    #expect(verdict.sentences[1].contains("872 rows, of which one is 0.115 points"))
  }

  @Test("never names a control or a row measured elsewhere") func roles() {
    var results = MadeUpResults.full()
    for index in results.variants.indices where results.variants[index].role != .baseline {
      results.variants[index].role = index % 2 == 0 ? .control : .reference
    }
    #expect(Verdict(results, margin: 0.5).recommended == nil)
  }

  @Test("warns where rounds took unlike times, and leaves times out") func noise() {
    var results = MadeUpResults.full()
    for index in results.variants.indices { results.variants[index].latency?.roundSpread = 1.1 }
    #expect(Verdict(results, margin: 0.02).sentences.count == 2)
    results.variants[6].latency?.roundSpread = 3.14
    let sentences = Verdict(results, margin: 0.02).sentences
    #expect(
      sentences.dropFirst() == [
        "Against the baseline it takes 42 % of its size and 60 % of its peak memory.",
        "Times do not rank the variants here: the machine was busy, and the median latency of C3. Random layers removed (4L) "
          + "differed 3.1-fold between rounds of the same calls.",
      ])
  }

  @Test("needs a baseline") func noBaseline() {
    let verdict = Verdict(ShowdownResults(title: "x", variants: []))
    #expect(verdict.sentences == ["No row is marked as the baseline, so nothing is compared."])
  }
}
