import Foundation
import Measurement
import TestSupport
import Testing

/// Values of scipy and scikit-learn; how they were made is in Goldens/make_metric_goldens.py.
private struct MetricGoldens: Decodable {
  struct Classes: Decodable {
    var actual: [Int]
    var predicted: [Int]
    var count: Int
    var accuracy: Double
    var f1: Double?
    var f1_macro: Double
    var matthews_correlation: Double
  }
  struct Numbers: Decodable {
    var actual: [Double]
    var predicted: [Double]
    var pearson: Double
    var spearman: Double
  }
  struct Sets: Decodable {
    var actual: [Bool]
    var predicted: [Bool]
    var count: Int
    var accuracy: Double
    var f1_macro: Double
    var f1_micro: Double
  }
  var classes: [Classes]
  var numbers: [Numbers]
  var sets: [Sets]

  static func read() throws -> MetricGoldens {
    try JSONDecoder().decode(MetricGoldens.self, from: Data(Goldens.bytes("metrics.json")))
  }
}

@Suite("Metrics") struct MetricTests {
  private func check(_ answers: Answers, _ expected: [(Metric, Double)]) throws {
    for (metric, value) in expected {
      #expect(metric.judges(answers.kind))
      let found = try metric.value(of: answers)
      #expect(abs(found - value) < 1e-12, "\(metric): \(found), expected \(value)")
    }
    for metric in Metric.allCases where !expected.contains(where: { $0.0 == metric }) {
      #expect(!metric.judges(answers.kind), "\(metric)")
      #expect(throws: MeasurementError.self) { try metric.value(of: answers) }
    }
  }

  @Test("They are those of scikit-learn and scipy") func goldens() throws {
    let goldens = try MetricGoldens.read()
    #expect((goldens.classes.count, goldens.numbers.count, goldens.sets.count) == (4, 3, 2))
    for golden in goldens.classes {
      try check(
        .classes(actual: golden.actual, predicted: golden.predicted, count: golden.count),
        [
          (.accuracy, golden.accuracy), (.macroF1, golden.f1_macro),
          (.matthewsCorrelation, golden.matthews_correlation),
        ] + (golden.f1.map { [(.f1, $0)] } ?? []))
    }
    for golden in goldens.numbers {
      try check(
        .numbers(actual: golden.actual, predicted: golden.predicted),
        [(.pearson, golden.pearson), (.spearman, golden.spearman)])
    }
    for golden in goldens.sets {
      try check(
        .classSets(actual: golden.actual, predicted: golden.predicted, count: golden.count),
        [(.accuracy, golden.accuracy), (.macroF1, golden.f1_macro), (.microF1, golden.f1_micro)])
    }
  }

  @Test("A constant goes with nothing") func constant() throws {
    let answers = Answers.numbers(actual: [1, 2, 3], predicted: [2, 2, 2])
    #expect(try Metric.pearson.value(of: answers) == 0)
    #expect(try Metric.spearman.value(of: answers) == 0)
    let one = Answers.classes(actual: [0, 1, 1], predicted: [1, 1, 1], count: 2)
    #expect(try Metric.matthewsCorrelation.value(of: one) == 0)
  }

  @Test("What isn't possible is refused") func wrong() {
    for answers in [
      Answers.numbers(actual: [1, .nan], predicted: [1, 2]), .numbers(actual: [], predicted: []),
      .numbers(actual: [1], predicted: []),
    ] {
      #expect(throws: MeasurementError.self) { try Metric.pearson.value(of: answers) }
    }
    #expect(throws: MeasurementError.labelOutOfRange(row: 1, label: 2, classCount: 2)) {
      try Metric.f1.value(of: .classes(actual: [0, 1], predicted: [1, 2], count: 2))
    }
  }

  /// Resamples of a weighted figure are what the figure of the drawn rows would be.
  @Test("The bootstrap of a metric draws rows") func bootstrap() throws {
    let golden = try MetricGoldens.read().numbers[1]
    let (actual, predicted) = (golden.actual, golden.predicted)
    let bootstrap = Bootstrap(seed: 5, resamples: 200)
    for metric in [Metric.pearson, .spearman] {
      var random = SplitMix64(seed: 5)
      let figures = try (0..<200).map { _ -> Double in
        let rows = actual.indices.map { _ in random.index(below: actual.count) }
        return try metric.value(of: .numbers(actual: rows.map { actual[$0] }, predicted: rows.map { predicted[$0] }))
      }.sorted()
      let found = try bootstrap.interval(of: metric, .numbers(actual: actual, predicted: predicted))
      #expect(abs(found.lower - quantile(0.025, ofSorted: figures)) < 1e-12)
      #expect(abs(found.upper - quantile(0.975, ofSorted: figures)) < 1e-12)
    }
  }

  @Test("The difference is paired: of two that say the same it is nothing") func paired() throws {
    let golden = try MetricGoldens.read().classes[0]
    let answers = Answers.classes(actual: golden.actual, predicted: golden.predicted, count: 2)
    var better = golden.predicted
    for row in better.indices { better[row] = golden.actual[row] }
    let variant = Answers.classes(actual: golden.actual, predicted: better, count: 2)
    let bootstrap = Bootstrap(seed: 1, resamples: 500)
    let test = PairedRandomization(seed: 1, swaps: 500)
    for metric in [Metric.accuracy, .f1, .macroF1, .matthewsCorrelation] {
      let none = try bootstrap.difference(of: metric, baseline: answers, variant: answers)
      #expect(none.lower == 0 && none.upper == 0)
      #expect(try test.pValue(of: metric, baseline: answers, variant: answers) == 1)
      let some = try bootstrap.difference(of: metric, baseline: answers, variant: variant)
      let found = try metric.value(of: variant) - metric.value(of: answers)
      #expect(some.lower < found && found < some.upper && some.upper > 0)
      let p = try test.pValue(of: metric, baseline: answers, variant: variant)
      // A swap and its mirror image are one: the p-value doesn't depend on who is called the baseline.
      #expect(p == (try test.pValue(of: metric, baseline: variant, variant: answers)))
      #expect(p >= 1 / 501.0 && p < 0.5)
    }
    let accuracies = try bootstrap.accuracyDifference(
      baseline: answers.isCorrect ?? [], variant: variant.isCorrect ?? [])
    #expect(try bootstrap.difference(of: .accuracy, baseline: answers, variant: variant) == accuracies)
  }

  @Test("Randomisation of few rows is what counting gives") func counted() throws {
    // Three rows that only the variant gets right: of 8 swaps two are as large.
    let baseline = Answers.classes(actual: [0, 0, 0, 1], predicted: [1, 1, 1, 1], count: 2)
    let variant = Answers.classes(actual: [0, 0, 0, 1], predicted: [0, 0, 0, 1], count: 2)
    let p = try PairedRandomization(seed: 3, swaps: 4000).pValue(of: .accuracy, baseline: baseline, variant: variant)
    #expect(abs(p - 0.25) < 0.03)
  }
}
