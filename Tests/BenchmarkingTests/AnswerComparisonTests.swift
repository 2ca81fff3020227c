import Benchmarking
import Testing

@Suite("Comparison of logits") struct AnswerComparisonTests {
  @Test func differenceAndDecibels() throws {
    // Signal 3² + 4² = 25, noise 0.25: a hundred times less is 20 dB.
    let comparison = try #require(AnswerComparison([3.5, 4], to: [3, 4]))
    #expect(comparison.difference == 0.5)
    #expect(abs(comparison.decibels - 20) < 1e-12)
  }

  @Test func equalAnswersHaveNoNoise() throws {
    let comparison = try #require(AnswerComparison([1, 2], to: [1, 2]))
    #expect(comparison.difference == 0 && comparison.decibels == .infinity)
  }

  @Test("Logits of other classes can't be compared") func counts() {
    #expect(AnswerComparison([1, 2, 3], to: [1, 2]) == nil)
    #expect(AnswerComparison([], to: []) == nil)
  }
}
