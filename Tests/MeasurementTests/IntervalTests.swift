import Measurement
import Testing

@Suite("Wilson interval") struct IntervalTests {
  // python3 -c "from scipy.stats import binomtest as b; print(b(K, N).proportion_ci(C, method='wilson'))", scipy 1.17.1
  @Test(
    "equals scipy's",
    arguments: [
      (815, 872, 0.95, 0.9162466044372615, 0.9492068316453763),
      (772, 872, 0.95, 0.8624613186407143, 0.9048008304985108),
      (794, 872, 0.95, 0.889763557595735, 0.9277359941657013),
      (0, 10, 0.95, 0.0, 0.27753279986288926),
      (10, 10, 0.95, 0.7224672001371109, 1.0),
      (811, 872, 0.99, 0.9043966046457886, 0.9492002680727406),
      (1, 1, 0.9, 0.2698659487840541, 1.0),
    ])
  func scipy(successes: Int, count: Int, confidence: Double, lower: Double, upper: Double) {
    let interval = Interval.wilson(successes: successes, count: count, confidence: confidence)
    #expect(abs(interval.lower - lower) < 1e-12)
    #expect(abs(interval.upper - upper) < 1e-12)
  }

  // Newcombe 1998, table I, 81 of 263 by method 3: 0.2553 to 0.3662.
  @Test("equals Newcombe's printed example") func newcombe() {
    let interval = Interval.wilson(successes: 81, count: 263)
    #expect((interval.lower * 10_000).rounded() == 2553)
    #expect((interval.upper * 10_000).rounded() == 3662)
  }

  @Test("of no rows is everything") func noRows() {
    #expect(Interval.wilson(successes: 0, count: 0) == Interval(lower: 0, upper: 1))
  }

  // python3 -c "from scipy.stats import norm; print(norm.ppf((1 + C) / 2))"
  @Test(
    "normal quantile",
    arguments: [(0.95, 1.959963984540054), (0.99, 2.5758293035489004), (0.9, 1.6448536269514722)])
  func quantile(confidence: Double, expected: Double) {
    #expect(abs(StandardNormal.twoSidedQuantile(confidence: confidence) - expected) < 1e-13)
  }
}

@Suite("Newcombe's interval of a difference") struct NewcombeTests {
  // Newcombe 1998, Statistics in Medicine 17, 873-890, table II, column method 10.
  @Test(
    "equals the printed examples",
    arguments: [
      ((48, 80), (56, 70), 0.0524, 0.3339), ((3, 10), (9, 10), 0.1705, 0.8090), ((2, 7), (6, 7), 0.0582, 0.8062),
      ((0, 29), (5, 56), -0.0381, 0.1926), ((0, 20), (0, 10), -0.1611, 0.2775), ((0, 10), (10, 10), 0.6075, 1),
    ])
  func printed(first: (Int, Int), second: (Int, Int), lower: Double, upper: Double) {
    let found = Interval.newcombe(first: first, second: second)
    #expect(abs(found.lower - lower) < 0.000051 && abs(found.upper - upper) < 0.000051, "\(found)")
  }

  @Test("turned round, the bounds change places") func symmetry() {
    let there = Interval.newcombe(first: (40, 50), second: (700, 872), confidence: 0.9)
    let back = Interval.newcombe(first: (700, 872), second: (40, 50), confidence: 0.9)
    #expect(abs(there.lower + back.upper) < 1e-15 && abs(there.upper + back.lower) < 1e-15)
  }
}
