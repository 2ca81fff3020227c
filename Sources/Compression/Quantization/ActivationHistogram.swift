public import Compute

/// How often which numbers went into a layer: what its range is chosen from, in 32 kB however much went in.
///
/// Bins of equal width over -2^e ..< 2^e, e the least for which all numbers fit, those of each sign by their magnitudes.
/// When a larger one comes, the range doubles as often as it has to and bins are added in pairs. As all borders are whole
/// multiples of powers of two, the result is the same, bit for bit, in whatever order and batches the numbers come.
public struct ActivationHistogram: Equatable, Sendable {
  /// Of each sign. The largest magnitude lies in the upper half, so a range of 255 steps has at least 4 bins a step.
  public static let binCount = 2048

  /// Of numbers other than 0, by bin: those above it, then those below.
  private var counts = [UInt64](repeating: 0, count: 2 * Self.binCount)
  /// Numbers that are 0: of these nothing is lost, whatever the range.
  public private(set) var zeros: UInt64 = 0
  /// The least of all numbers and 0.
  public private(set) var least: Float = 0
  /// The largest of all numbers and 0.
  public private(set) var largest: Float = 0
  /// The range is 2 to this power. Magnitudes below 2^-75 are in the first bin, whatever they are.
  private var exponent = -64

  public init() {}

  /// Takes in what went into a layer.
  ///
  /// - Returns: the first number that isn't finite; nothing is taken in then.
  public mutating func add(_ values: [Float]) -> Float? {
    var most: UInt32 = 0
    var (least, largest) = (least, largest)
    for value in values {
      most = max(most, value.magnitude.bitPattern)
      least = value < least ? value : least
      largest = value > largest ? value : largest
    }
    guard most < Float.infinity.bitPattern else { return values.first { !$0.isFinite } }
    (self.least, self.largest) = (least, largest)
    // x lies in 2^exponent ..< 2^(exponent + 1).
    if most > 0 { widen(to: Int(Float(bitPattern: most).exponent) + 1) }
    // A power of two, so that the product is exact, and floor finds the bin.
    let scale = Float(sign: .plus, exponent: binBits - exponent, significand: 1)
    var zeros: UInt64 = 0
    counts.withUnsafeMutableBufferPointer { counts in
      values.withUnsafeBufferPointer { values in
        for value in values {
          // Below binCount, as the magnitude lies in the range.
          counts[Int(value.magnitude * scale) + (value < 0 ? Self.binCount : 0)] &+= 1
          zeros &+= value == 0 ? 1 : 0
        }
      }
    }
    counts[0] -= zeros
    self.zeros += zeros
    return nil
  }

  private var binBits: Int { Self.binCount.trailingZeroBitCount }

  private mutating func widen(to wanted: Int) {
    guard wanted > exponent else { return }
    let shift = min(wanted - exponent, binBits)
    var wide = [UInt64](repeating: 0, count: counts.count)
    for sign in [0, Self.binCount] {
      for bin in 0..<Self.binCount { wide[sign + bin >> shift] += counts[sign + bin] }
    }
    counts = wide
    exponent = wanted
  }

  /// Of numbers above 0, by bin.
  public var above: ArraySlice<UInt64> { counts[..<Self.binCount] }

  /// Of numbers below 0, by the bin of their magnitude.
  public var below: ArraySlice<UInt64> { counts[Self.binCount...] }

  /// Of all numbers.
  public var count: UInt64 { zeros + counts.reduce(0, +) }

  /// The width of a bin.
  public var width: Double { Double(sign: .plus, exponent: exponent - binBits, significand: 1) }

  /// The magnitude that all but `tail` of all numbers don't exceed on one side of 0, at most the largest; those of a bin
  /// count as spread evenly over it. 0 if so few are on that side.
  private func bound(_ side: ArraySlice<UInt64>, tail: Double, largest: Float) -> Float {
    var beyond = 0.0
    for (bin, number) in side.enumerated().reversed() where number > 0 {
      let next = beyond + Double(number)
      if next > tail {
        return min(largest, Float((Double(bin + 1) - (tail - beyond) / Double(number)) * width))
      }
      beyond = next
    }
    return 0
  }

  /// What all but this share of the numbers lie in, half of it on each side; 0 is inside.
  public func interval(without share: Double) -> ClosedRange<Float> {
    let tail = share / 2 * Double(count)
    return -bound(below, tail: tail, largest: -least)...bound(above, tail: tail, largest: largest)
  }

  /// The mean of the squares of what rounding takes from a number.
  ///
  ///     q(x) = scale * clamp(round(x / scale), -128 - zeroPoint, 127 - zeroPoint)
  ///
  /// The numbers of a bin count as spread evenly over it, and (x - q(x))^2 is integrated: exact within that, also where a
  /// step is narrower than a bin.
  ///
  /// - Complexity: O(binCount).
  public func squaredError(_ quantization: InputQuantization) -> Double {
    // In units of a bin's width, where nothing overflows.
    let step = Double(quantization.scale) / width
    let zeroPoint = Double(quantization.zeroPoint)
    let sum =
      Self.squaredError(above, step: step, steps: 127 - zeroPoint)
      + Self.squaredError(below, step: step, steps: 128 + zeroPoint)
    return sum > 0 ? sum * width * width / Double(count) : 0
  }

  private static func squaredError(_ side: ArraySlice<UInt64>, step: Double, steps: Double) -> Double {
    var sum = 0.0
    var low = 0.0
    for (bin, number) in side.enumerated() {
      let high = integral(Double(bin + 1), step: step, steps: steps)
      if number > 0 { sum += Double(number) * (high - low) }
      low = high
    }
    return sum
  }

  /// ∫ (t - q(t))² dt over 0...x: of the cells of the steps below that of x, each step³ / 12 (half a one at 0), and of the
  /// part of its own. From the last step on the error grows without end.
  private static func integral(_ x: Double, step: Double, steps: Double) -> Double {
    let cell = min(steps, (x / step).rounded())
    let rest = x - cell * step
    return (cell * step * step * step) / 12 + rest * rest * rest / 3
  }

  /// The mean of the squares.
  var power: Double {
    var sum = 0.0
    for side in [above, below] {
      for (bin, number) in side.enumerated() {
        let x = Double(bin)
        sum += Double(number) * (x * x + x + 1.0 / 3)
      }
    }
    return count > 0 ? sum * width * width / Double(count) : 0
  }
}
