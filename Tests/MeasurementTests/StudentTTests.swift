import Foundation
import Measurement
import Testing

@Suite("Student's t") struct StudentTTests {
  // python3 -c "from scipy.stats import t; print(repr(t.ppf((1 + C) / 2, N)))", scipy 1.17.1
  @Test(
    "quantiles equal scipy's",
    arguments: [
      (0.95, 1, 12.706204736174694), (0.95, 2, 4.302652729749462), (0.95, 4, 2.7764451051977934),
      (0.95, 9, 2.262157162798205), (0.99, 30, 2.7499956535672254), (0.9, 194, 1.652745977259288),
    ])
  func quantiles(confidence: Double, degreesOfFreedom: Int, expected: Double) {
    let found = StudentT.twoSidedQuantile(confidence: confidence, degreesOfFreedom: degreesOfFreedom)
    #expect(abs(found - expected) < 1e-9 * expected, "\(found)")
  }

  // python3 -c "from scipy.stats import t; print(repr(2 * t.sf(T, N)))"
  @Test(
    "tails equal scipy's",
    arguments: [(2.0, 5, 0.10193947882985835), (0.3, 1, 0.8144528418445154), (10, 3, 0.0021283990584141503), (0, 4, 1)])
  func tails(t: Double, degreesOfFreedom: Int, expected: Double) {
    #expect(abs(StudentT.twoSidedTail(t, degreesOfFreedom: degreesOfFreedom) - expected) < 1e-12)
  }

  // One degree of freedom is Cauchy's distribution: P(|T| > t) = 1 - 2 atan(t) / pi.
  @Test("one degree of freedom is Cauchy's distribution", arguments: [0.1, 1, 2.5, 40, 1e6])
  func cauchy(t: Double) {
    #expect(abs(StudentT.twoSidedTail(t, degreesOfFreedom: 1) - (1 - 2 * atan(t) / .pi)) < 1e-12)
  }

  // SAS/STAT, "The UNIVARIATE procedure", example 4.9: the heights of 75 women, "the 95 % confidence interval for the
  // population mean is (64.06, 65.07)".
  @Test("the interval equals the printed example of SAS") func heights() throws {
    let heights = [
      64.1, 60.9, 64.1, 64.7, 66.7, 65.0, 63.7, 67.4, 64.9, 63.7,
      64.0, 67.5, 62.8, 63.9, 65.9, 62.3, 64.1, 60.6, 68.6, 68.6,
      63.7, 63.0, 64.7, 68.2, 66.7, 62.8, 64.0, 64.1, 62.1, 62.9,
      62.7, 60.9, 61.6, 64.6, 65.7, 66.6, 66.7, 66.0, 68.5, 64.4,
      60.5, 63.0, 60.0, 61.6, 64.3, 60.2, 63.5, 64.7, 66.0, 65.1,
      63.6, 62.0, 63.6, 65.8, 66.0, 65.4, 63.5, 66.3, 66.2, 67.5,
      65.8, 63.1, 65.8, 64.4, 64.0, 64.9, 65.7, 61.0, 64.1, 65.5,
      68.6, 66.6, 65.7, 65.1, 70.0,
    ]
    let found = try SampleMean(heights)
    #expect(
      (100 * found.interval.lower).rounded() == 6406 && (100 * found.interval.upper).rounded() == 6507, "\(found)")
    #expect(found.count == 75)
  }

  // python3: a = [.8968, .8922, .9011]; numpy mean, std(ddof=1); scipy t.interval(.95, 2, loc=mean, scale=sem(a))
  @Test("mean, deviation and interval of three trainings equal scipy's") func three() throws {
    let found = try SampleMean([0.8968, 0.8922, 0.9011])
    #expect(abs(found.mean - 0.8967) < 1e-12)
    #expect(abs(found.standardDeviation - 0.004450842616853587) < 1e-12)
    #expect(abs(found.interval.lower - 0.8856434940064085) < 1e-10)
    #expect(abs(found.interval.upper - 0.9077565059935916) < 1e-10)
    #expect(found.count == 3)
  }

  @Test("refuses what has no spread") func refusals() {
    #expect(throws: MeasurementError.tooFew(what: "interval of a mean", expected: 2, found: 1)) {
      try SampleMean([0.9])
    }
    #expect(throws: MeasurementError.self) { try SampleMean([0.9, .infinity]) }
    #expect(
      "\(MeasurementError.tooFew(what: "interval of a mean", expected: 2, found: 1))"
        == "interval of a mean: expected at least 2 figures, found 1")
  }
}
