import Measurement
import Testing

@Suite("Early stopping") struct EarlyStoppingTests {
  // The largest t >= 1 with scipy.stats.binom.cdf(t, n, 1 - p) < 1 - 0.99, of SciPy 1.17.1. MLPerf's rules name 64 calls
  // for p90 and 662 for p99 as the fewest; 24,576 and 270,336 are its usual counts.
  @Test(
    "ranks as SciPy's binomial distribution has them",
    arguments: [
      (0.9, 63, nil), (0.9, 64, 1), (0.9, 100, 3), (0.9, 1000, 78), (0.9, 1024, 80), (0.9, 6000, 546),
      (0.9, 24_576, 2348), (0.99, 661, nil), (0.99, 662, 1), (0.99, 1000, 2), (0.99, 10_000, 77),
      (0.99, 270_336, 2583), (0.5, 10, nil), (0.5, 11, 1), (0.5, 100, 37), (0.9, 0, nil),
    ] as [(Double, Int, Int?)])
  func ranks(_ probability: Double, _ count: Int, _ rank: Int?) {
    #expect(EarlyStopping(probability: probability).rank(count: count) == rank)
  }

  @Test("fewest calls of MLPerf's rules") func leastCounts() {
    #expect(EarlyStopping(probability: 0.9).leastCount == 64)
    #expect(EarlyStopping(probability: 0.99).leastCount == 662)
  }

  @Test("the estimate is an observed latency above the plain quantile") func estimate() {
    let seconds = (1...1000).map(Double.init).reversed()
    #expect(EarlyStopping().estimate(of: Array(seconds)) == 923)
    #expect(EarlyStopping().estimate(of: Array(repeating: 1, count: 63)) == nil)
    #expect(EarlyStopping().estimate(of: (1...64).map(Double.init)) == 64)
  }

  // Not a tautology of the formula: how often the estimate of drawn calls lies below the true quantile. At most one time
  // in a hundred is promised; 0.9 is the true quantile of uniform numbers.
  @Test("covers the true quantile as often as it promises") func coverage() {
    var state: UInt64 = 1
    func uniform() -> Double {
      // A multiplicative congruential generator, enough for this.
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53
    }
    let missed = (0..<4000).count { _ in
      (EarlyStopping().estimate(of: (0..<200).map { _ in uniform() }) ?? 0) < 0.9
    }
    #expect(missed <= 60, "\(missed) of 4000")
    #expect(missed > 0)
  }
}
