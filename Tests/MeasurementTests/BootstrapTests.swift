import Measurement
import Testing

@Suite("Bootstrap") struct BootstrapTests {
  // 872 rows, 15 fixed and 25 broken. The difference is -10/872; its standard error by the formula
  // sqrt(b + c - (b - c)^2 / n) / n = 0.007242, so that a 95 % interval is about -0.01147 +- 0.01419.
  static let baseline = (0..<872).map { $0 >= 15 && $0 < 800 }
  static let variant = (0..<872).map { $0 < 775 }

  @Test("agrees with the normal formula for a paired difference") func pairedDifference() throws {
    let interval = try Bootstrap(seed: 1).accuracyDifference(baseline: Self.baseline, variant: Self.variant)
    #expect(abs(interval.lower - -0.02567) < 0.0012, "\(interval)")
    #expect(abs(interval.upper - 0.00273) < 0.0012, "\(interval)")
  }

  @Test("is the same for the same seed, and another for another") func seeds() throws {
    let first = try Bootstrap(seed: 7, resamples: 500).accuracyDifference(
      baseline: Self.baseline, variant: Self.variant)
    let second = try Bootstrap(seed: 7, resamples: 500).accuracyDifference(
      baseline: Self.baseline, variant: Self.variant)
    let other = try Bootstrap(seed: 8, resamples: 50).accuracyDifference(
      baseline: Self.baseline, variant: Self.variant)
    #expect(first == second)
    #expect(first != other)
  }

  @Test("equal predictions differ by exactly nothing") func equal() throws {
    let interval = try Bootstrap(resamples: 100).accuracyDifference(baseline: Self.baseline, variant: Self.baseline)
    #expect(interval == Interval(lower: 0, upper: 0))
  }

  @Test("interval of a median holds it and shrinks with the rows") func median() throws {
    let few = (0..<15).map(Double.init)
    let many = (0..<1500).map { Double($0) / 100 }
    let wide = try Bootstrap(resamples: 2000).median(of: few)
    let narrow = try Bootstrap(resamples: 500).median(of: many)
    #expect(wide.contains(7))
    #expect(narrow.contains(7.495))
    #expect(narrow.upper - narrow.lower < (wide.upper - wide.lower) / 3)
  }

  @Test("ratio of medians") func ratio() throws {
    let ratio = try Bootstrap(resamples: 200).ratioOfMedians([2, 2, 2], to: [4, 4, 4])
    #expect(ratio == Interval(lower: 0.5, upper: 0.5))
  }

  @Test("quantiles of rounds: one value a round is the plain bootstrap") func singleRounds() throws {
    let values = [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]
    let bootstrap = Bootstrap(seed: 3, resamples: 2000)
    let rounds = try bootstrap.quantiles([0.5], ofRounds: values.map { [$0] })
    #expect(rounds == [try bootstrap.median(of: values)])
  }

  @Test("quantiles of rounds: calls of a round stand and fall together") func wholeRounds() throws {
    // Ten rounds of a hundred equal calls: drawn one by one, the median would hardly move.
    let rounds = (0..<10).map { [Double](repeating: Double($0), count: 100) }
    let bootstrap = Bootstrap(seed: 5, resamples: 2000)
    let interval = try bootstrap.quantiles([0.5, 0.9], ofRounds: rounds)
    let single = try bootstrap.median(of: rounds.flatMap { $0 })
    #expect(interval[0].upper - interval[0].lower > 3, "\(interval)")
    #expect(single.upper - single.lower < 1.5, "\(single)")
    #expect(interval[1].lower >= interval[0].lower && interval[1].upper >= interval[0].upper)
    #expect(
      try bootstrap.quantiles([0, 0.3, 1], ofRounds: [[7, 7], [], [7]]).allSatisfy {
        $0 == Interval(lower: 7, upper: 7)
      })
    #expect(throws: MeasurementError.noRows(what: "quantiles of rounds")) {
      try bootstrap.quantiles([0.5], ofRounds: [[]])
    }
  }

  @Test("refuses what has no figure") func refusals() {
    #expect(throws: MeasurementError.noRows(what: "median")) { try Bootstrap().median(of: []) }
    #expect(throws: MeasurementError.noRows(what: "paired bootstrap")) {
      try Bootstrap().accuracyDifference(baseline: [], variant: [])
    }
    #expect(throws: MeasurementError.self) { try Bootstrap().median(of: [1, .nan]) }
    #expect(throws: MeasurementError.invalidValue(what: "ratio of medians, baseline", row: 1, value: 0)) {
      try Bootstrap().ratioOfMedians([1], to: [1, 0])
    }
  }
}
