import Measurement
import Testing

@Suite("McNemar's exact test") struct McNemarTests {
  // python3 -c "from scipy.stats import binomtest; print(binomtest(B, B + C).pvalue)", scipy 1.17.1
  @Test(
    "equals scipy's binomtest",
    arguments: [
      (5, 15, 0.04138946533203125), (15, 5, 0.04138946533203125), (10, 10, 1.0), (0, 0, 1.0), (0, 6, 0.03125),
      (1, 9, 0.021484375), (59, 6, 4.964650327128616e-12), (121, 59, 4.4344492637551645e-06),
      (400, 500, 0.0009564441369189373), (15, 25, 0.1538599441628321), (100_000, 101_000, 0.02586239243973295),
      (499_000, 501_000, 0.0456082998653896),
    ])
  func scipy(fixed: Int, broken: Int, expected: Double) {
    let found = McNemar(fixed: fixed, broken: broken).pValue
    #expect(abs(found - expected) <= 1e-8 * expected, "found \(found)")
  }

  @Test("neither overflows nor turns NaN") func extremes() {
    #expect(McNemar(fixed: 0, broken: 1100).pValue == 0)
    #expect(McNemar(fixed: 7, broken: 8).pValue == 1)
  }

  @Test("counts only rows where the two differ") func counts() throws {
    let test = try McNemar(
      baseline: [true, true, false, false, true], variant: [true, false, true, false, false])
    #expect(test == McNemar(fixed: 1, broken: 2))
  }

  @Test("refuses unlike lengths") func lengths() {
    #expect(throws: MeasurementError.countMismatch(what: "McNemar's test", expected: 1, found: 2)) {
      try McNemar(baseline: [true], variant: [true, false])
    }
  }

  // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") gives 0.03 0.06 0.06 0.02
  @Test("Holm's correction") func holm() {
    let adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005])
    for (found, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(abs(found - expected) < 1e-15) }
    #expect(holmAdjusted([0.9, 0.8]) == [1, 1])
    #expect(holmAdjusted([]) == [])
  }
}
