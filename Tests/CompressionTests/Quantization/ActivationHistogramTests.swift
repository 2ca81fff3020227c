import Compression
import Compute
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

  /// As behind a GELU: little below zero.
  private func bent(_ count: Int, seed: UInt64) -> [Float] {
    bell(count, outliers: count / 2000, seed: seed).map { $0 < 0 ? max($0 / 40, -0.17) : $0 }
  }

  /// What rounding takes from the values themselves.
  private func squaredError(_ values: [Float], _ quantization: InputQuantization) -> Double {
    let step = Double(quantization.scale), zero = Double(quantization.zeroPoint)
    var sum = 0.0
    for value in values {
      let x = Double(value)
      let whole = (x / step).rounded(.toNearestOrEven)
      let error = x - max(-128 - zero, min(127 - zero, whole)) * step
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
    values += [0, -0, 0x1p-133, 64, -127]
    let whole = histogram(values)
    // 127 needs 2^7: bins of 1/16.
    #expect(whole.width == 0.0625 && whole.least == -127 && whole.largest == 64)
    #expect(whole.count == UInt64(values.count))
    #expect(whole.zeros == 2)
    var expected = [UInt64](repeating: 0, count: ActivationHistogram.binCount)
    var expectedBelow = expected
    for value in values where value > 0 { expected[Int(value / 0.0625)] += 1 }
    for value in values where value < 0 { expectedBelow[Int(-value / 0.0625)] += 1 }
    #expect(Array(whole.above) == expected && Array(whole.below) == expectedBelow)
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
    #expect(histogram([0.7], [1]).above.firstIndex(of: 1) == 716)
    #expect(Array(histogram([-0.7], [1]).below).firstIndex(of: 1) == 716)
    #expect(histogram([1e-30], [1]).above[0] == 1)
  }

  @Test("The largest and the smallest numbers") func extremes() {
    let large = histogram([.greatestFiniteMagnitude, -.leastNonzeroMagnitude, 0])
    #expect(large.below.first == 1 && large.above.last == 1 && large.zeros == 1)
    for choice in RangeChoice.allCases {
      #expect(large.range(choice).scale.isFinite && large.range(choice).scale > 0)
      let zeros = histogram([0, 0]).range(choice)
      #expect(zeros.scale == 1 && zeros.zeroPoint == 0 && zeros.relativeError == 0)
      #expect(ActivationHistogram().range(choice).scale == 1)
      #expect(histogram([1e-35]).range(choice).scale == 1)
      let both = histogram([.greatestFiniteMagnitude, -.greatestFiniteMagnitude]).range(choice)
      #expect((both.scale * 255).isFinite)
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
    // The lower half of the numbers from -5,000 to 4,999 is below zero.
    let values = (0..<10_000).map { Float($0 - 5000) }
    let histogram = histogram(values)
    for share in [0, 0.0001, 0.01, 0.5] {
      let interval = histogram.interval(without: share)
      #expect(abs(Double(interval.upperBound) - 5000 * (1 - share)) <= 1 + histogram.width, "\(share)")
      #expect(abs(Double(interval.lowerBound) + 5000 * (1 - share)) <= 1 + histogram.width, "\(share)")
    }
    #expect(histogram.interval(without: 0) == -5000...4999)
    // Nine zeros of ten.
    #expect(self.histogram([1] + [Float](repeating: 0, count: 9)).interval(without: 0.2) == 0...0)
    let few = self.histogram([1] + [Float](repeating: 0, count: 99_999)).range(.percentile)
    #expect(few.quantization == InputQuantization(scale: 1.0 / 255, zeroPoint: -128))
  }

  @Test("The squared error is that of the values", arguments: [0, 20])
  func error(_ outliers: Int) {
    for values in [bell(200_000, outliers: outliers, seed: 7), bent(200_000, seed: 8)] {
      let histogram = histogram(values)
      for part in [1, 0.7, 0.3, 0.1, 0.02] as [Float] {
        for zeroPoint in [0, -128, -90, 60] as [Int8] {
          let quantization = InputQuantization(scale: histogram.largest * part / 127, zeroPoint: zeroPoint)
          let expected = squaredError(values, quantization)
          // Of bent numbers half lie in few bins, within which they are not spread evenly.
          let tolerance = histogram.least * -8 < histogram.largest ? 0.06 : 0.02
          let error = abs(histogram.squaredError(quantization) / expected - 1)
          #expect(error < tolerance, "\(part), \(zeroPoint)")
        }
      }
    }
  }

  @Test("Spread evenly over its bins, a uniform distribution has the errors of the formula") func uniform() {
    // Middles of all bins.
    let values = (0..<2048).map { (Float($0) + 0.5) / 2048 }
    let histogram = histogram(values)
    // Nothing clipped, 127.5 steps: step^2 / 12. A quarter clipped: its part of (x - clip)^2 besides.
    let step = 1 / 127.5
    let whole = histogram.squaredError(InputQuantization(scale: Float(step)))
    #expect(abs(whole / (step * step / 12) - 1) < 1e-5)
    let small = 0.75 / 127
    let expected = 0.75 * small * small / 12 + 0.25 * 0.25 * 0.25 / 3
    #expect(abs(histogram.squaredError(InputQuantization(scale: Float(small))) / expected - 1) < 1e-4)
    // With zero at the lower end there are twice as many steps.
    let fine = histogram.squaredError(InputQuantization(scale: Float(1 / 255.5), zeroPoint: -128))
    #expect(abs(fine / (1 / 255.5 / 255.5 / 12) - 1) < 1e-5)
  }

  @Test("The chosen range is as good as the best of a fine search over the values", arguments: [0, 1, 20, 2000])
  func choice(_ outliers: Int) {
    let values = bell(40_000, outliers: outliers, seed: 11)
    let histogram = histogram(values)
    let least =
      (1...400).map {
        squaredError(values, InputQuantization(scale: histogram.largest * Float($0) / 400 / 127))
      }.min() ?? 0
    for choice in [RangeChoice.mse, .auto] {
      #expect(squaredError(values, histogram.range(choice).quantization) <= 1.02 * least, "\(choice)")
    }
    let errors = [RangeChoice.minMax, .percentile, .mse].map { histogram.range($0).relativeError }
    #expect(histogram.range(.auto).relativeError == errors.min())
    let all = histogram.range(.minMax)
    #expect(all.least == values.min() && all.largest == values.max())
    #expect(abs(all.scale * 255 / (all.largest - all.least) - 1) < 1e-6)
    #expect(histogram.range(.auto).choice != .auto)
    if outliers == 1 {
      // One in forty thousand: min-max gives it all the precision.
      #expect(histogram.range(.mse).relativeError < histogram.range(.minMax).relativeError)
    }
  }

  @Test("Where little is below zero, nearly all whole numbers are for what is above") func oneSided() {
    let values = bent(100_000, seed: 12)
    let histogram = histogram(values)
    let range = histogram.range(.auto)
    #expect(range.zeroPoint < -110)
    let symmetric = (1...400).map {
      squaredError(values, InputQuantization(scale: histogram.largest * Float($0) / 400 / 127))
    }
    // Half the step would be a quarter of the error; clipping at other places spends some of it.
    #expect(squaredError(values, range.quantization) < 0.4 * (symmetric.min() ?? 0))
    let above = self.histogram(values.map { max($0, 0) }).range(.minMax)
    #expect(above.zeroPoint == -128 && above.scale == above.largest / 255)
    #expect(self.histogram(values.map { -max($0, 0) }).range(.minMax).zeroPoint == 127)
  }
}
