import Compression
import TestSupport
import Testing

@Suite("Histograms of activations") struct ActivationHistogramTests {
  private func histogram(_ batches: [Float]...) -> ActivationHistogram {
    var histogram = ActivationHistogram()
    for batch in batches { #expect(histogram.add(batch) == nil) }
    return histogram
  }

  /// A bell with a few values far out.
  private func bell(_ count: Int, outliers: Int, seed: UInt64) -> [Float] {
    var random = SeededGenerator(state: seed)
    return (0..<count).map { index in
      let sum = (0..<6).reduce(Float(0)) { sum, _ in sum + Float.random(in: -1...1, using: &random) }
      return index < outliers ? sum * 40 : sum
    }
  }

  /// What rounding takes from the values themselves.
  private func squaredError(_ values: [Float], clip: Float) -> Double {
    let step = Double(clip) / 127
    var sum = 0.0
    for value in values {
      let x = Double(value)
      let whole = (x / step).rounded(.toNearestOrEven)
      let error = x - max(-127, min(127, whole)) * step
      sum += error * error
    }
    return sum / Double(values.count)
  }

  @Test("Counts are those of the last range, whatever came first") func counts() {
    var random = SeededGenerator(state: 1)
    var values = (0..<3000).map { (_: Int) -> Float in
      let power = Float(sign: .plus, exponent: Int.random(in: -9...6, using: &random), significand: 1)
      return Float.random(in: -1...1, using: &random) * power
    }
    values += [0, -0, 1e-40, 64, -127]
    let whole = histogram(values)
    // 127 needs 2^7: bins of 1/16.
    #expect(whole.width == 0.0625 && whole.largest == 127 && whole.count == UInt64(values.count))
    #expect(whole.zeros == 2)
    var expected = [UInt64](repeating: 0, count: ActivationHistogram.binCount)
    for value in values where value != 0 { expected[Int(value.magnitude / 0.0625)] += 1 }
    #expect(whole.counts == expected)
    for seed in 2..<6 as Range<UInt64> {
      var random = SeededGenerator(state: seed)
      let shuffled = values.shuffled(using: &random)
      var parts = ActivationHistogram()
      var start = 0
      while start < shuffled.count {
        let end = min(shuffled.count, start + Int.random(in: 1...400, using: &random))
        _ = parts.add(Array(shuffled[start..<end]))
        start = end
      }
      #expect(parts == whole, "seed \(seed)")
    }
    #expect(histogram(values.sorted()) == whole && histogram(values.sorted { $0 > $1 }) == whole)
    #expect(histogram([], values, []) == whole)
  }

  @Test("The range doubles at powers of two, and not before") func doubling() {
    #expect(histogram([1]).width == 2.0 / 2048)
    #expect(histogram([Float(1).nextDown]).width == 1.0 / 2048)
    #expect(histogram([0.7], [1]).counts.firstIndex(of: 1) == 716)
    #expect(histogram([1e-30], [1]).counts[0] == 1)
  }

  @Test("The largest and the smallest numbers") func extremes() {
    let large = histogram([.greatestFiniteMagnitude, -.leastNonzeroMagnitude, 0])
    #expect(large.counts[0] == 1 && large.counts[2047] == 1 && large.zeros == 1)
    for choice in RangeChoice.allCases {
      #expect(large.range(choice).scale.isFinite && large.range(choice).scale > 0)
      let zeros = histogram([0, 0]).range(choice)
      #expect(zeros.scale == 1 && zeros.relativeError == 0)
      #expect(ActivationHistogram().range(choice).scale == 1)
      #expect(histogram([1e-35]).range(choice).scale == 1)
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func notFinite(_ value: Float) {
    let before = histogram([1, 2])
    var after = before
    let found = after.add([3, value, .nan])
    #expect(found?.bitPattern == value.bitPattern)
    #expect(after == before)
  }

  @Test func percentiles() {
    let values = (1...10_000).map { Float($0) * ($0.isMultiple(of: 2) ? 1 : -1) }
    let histogram = histogram(values)
    for share in [0.01, 0.5, 0.9, 0.9999, 1] {
      #expect(abs(Double(histogram.percentile(share)) - share * 10_000) <= histogram.width, "\(share)")
    }
    #expect(histogram.percentile(1) == 10_000)
    // Nine zeros of ten.
    #expect(self.histogram([1] + [Float](repeating: 0, count: 9)).percentile(0.9) == 0)
    #expect(self.histogram([1] + [Float](repeating: 0, count: 99_999)).range(.percentile).clip == 1)
  }

  @Test("The squared error is that of the values", arguments: [0, 20])
  func error(_ outliers: Int) {
    let values = bell(200_000, outliers: outliers, seed: 7)
    let histogram = histogram(values)
    for part in [1, 0.7, 0.3, 0.1, 0.02] as [Float] {
      let clip = histogram.largest * part
      let expected = squaredError(values, clip: clip)
      #expect(abs(histogram.squaredError(clip: clip) / expected - 1) < 0.02, "\(part)")
    }
  }

  @Test("Spread evenly over its bins, a uniform distribution has the errors of the formula") func uniform() {
    // Middles of all bins.
    let values = (0..<2048).map { (Float($0) + 0.5) / 2048 }
    let histogram = histogram(values)
    // Nothing clipped, 127.5 steps: step^2 / 12. A quarter clipped: its part of (x - clip)^2 besides.
    let step = 1 / 127.5
    #expect(abs(histogram.squaredError(clip: Float(127 * step)) / (step * step / 12) - 1) < 1e-5)
    let clip = 0.75, small = 0.75 / 127
    let expected = 0.75 * small * small / 12 + 0.25 * 0.25 * 0.25 / 3
    #expect(abs(histogram.squaredError(clip: Float(clip)) / expected - 1) < 1e-4)
  }

  @Test("The chosen clip is as good as the best of a fine search over the values", arguments: [0, 1, 20, 2000])
  func choice(_ outliers: Int) {
    let values = bell(40_000, outliers: outliers, seed: 11)
    let histogram = histogram(values)
    let least = (1...400).map { squaredError(values, clip: histogram.largest * Float($0) / 400) }.min() ?? 0
    for choice in [RangeChoice.mse, .auto] {
      let range = histogram.range(choice)
      #expect(squaredError(values, clip: range.clip) <= 1.02 * least, "\(choice)")
      #expect(range.scale == range.clip / 127)
    }
    let errors = [RangeChoice.minMax, .percentile, .mse].map { histogram.range($0).relativeError }
    #expect(histogram.range(.auto).relativeError == errors.min())
    #expect(histogram.range(.minMax).clip == values.map(\.magnitude).max())
    #expect(histogram.range(.auto).choice != .auto)
    if outliers == 1 {
      // One in forty thousand: min-max gives it all the precision.
      #expect(histogram.range(.mse).relativeError < histogram.range(.minMax).relativeError)
    }
  }
}
