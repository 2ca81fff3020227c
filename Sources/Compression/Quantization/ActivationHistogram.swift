/// How often which magnitudes went into a layer: what its clip is chosen from, in 16 kB however much went in.
///
/// Bins of equal width over 0 ..< 2^e, e the least for which all magnitudes fit. When a larger one comes, the range doubles
/// as often as it has to and bins are added in pairs. As all borders are whole multiples of powers of two, the result is
/// the same, bit for bit, in whatever order and batches the numbers come. Signs are not kept: steps are symmetric.
public struct ActivationHistogram: Equatable, Sendable {
  /// The largest magnitude then lies in the upper half, so the whole range of s8 has at least 8 bins a step.
  public static let binCount = 2048

  /// Of magnitudes above 0, by bin.
  public private(set) var counts = [UInt64](repeating: 0, count: Self.binCount)
  /// Numbers that are 0: of these nothing is lost, whatever the clip.
  public private(set) var zeros: UInt64 = 0
  public private(set) var largest: Float = 0
  /// The range is 2 to this power. Magnitudes below 2^-75 are in the first bin, whatever they are.
  private var exponent = -64

  public init() {}

  /// Takes in what went into a layer.
  ///
  /// - Returns: the first number that isn't finite; nothing is taken in then.
  public mutating func add(_ values: [Float]) -> Float? {
    var most: UInt32 = 0
    for value in values { most = max(most, value.magnitude.bitPattern) }
    guard most < Float.infinity.bitPattern else { return values.first { !$0.isFinite } }
    let magnitude = Float(bitPattern: most)
    if magnitude > largest {
      largest = magnitude
      // x lies in 2^exponent ..< 2^(exponent + 1).
      widen(to: Int(magnitude.exponent) + 1)
    }
    // A power of two, so that the product is exact, and floor finds the bin.
    let scale = Float(sign: .plus, exponent: binBits - exponent, significand: 1)
    var zeros: UInt64 = 0
    counts.withUnsafeMutableBufferPointer { counts in
      values.withUnsafeBufferPointer { values in
        for value in values {
          // Below binCount, as the magnitude lies in the range.
          counts[Int(value.magnitude * scale)] &+= 1
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
    var wide = [UInt64](repeating: 0, count: Self.binCount)
    for (bin, count) in counts.enumerated() { wide[bin >> shift] += count }
    counts = wide
    exponent = wanted
  }

  /// Of all numbers.
  public var count: UInt64 { zeros + counts.reduce(0, +) }

  /// The width of a bin.
  public var width: Double { Double(sign: .plus, exponent: exponent - binBits, significand: 1) }

  /// The magnitude that this share of all magnitudes does not exceed, at most the largest; those of a bin count as spread
  /// evenly over it.
  public func percentile(_ share: Double) -> Float {
    let rank = share * Double(count)
    var below = Double(zeros)
    guard rank > below else { return 0 }
    for (bin, number) in counts.enumerated() where number > 0 {
      let next = below + Double(number)
      if next >= rank {
        return min(largest, Float((Double(bin) + (rank - below) / Double(number)) * width))
      }
      below = next
    }
    return largest
  }

  /// The mean of the squares of what rounding to s8 with this clip takes from a number.
  ///
  ///     q(x) = step * clamp(round(x / step), -127, 127)        step = clip / 127
  ///
  /// The magnitudes of a bin count as spread evenly over it, and (x - q(x))^2 is integrated: exact within that, also where
  /// a step is narrower than a bin. The numbers go down to -128, of which magnitudes know nothing.
  ///
  /// - Complexity: O(binCount).
  public func squaredError(clip: Float) -> Double {
    guard clip > 0, largest > 0 else { return largest > 0 ? .infinity : 0 }
    // In units of a bin's width, where nothing overflows.
    let step = Double(clip) / 127 / width
    var sum = 0.0
    var low = 0.0
    for (bin, number) in counts.enumerated() {
      let high = Self.integral(Double(bin + 1), step: step)
      if number > 0 { sum += Double(number) * (high - low) }
      low = high
    }
    return sum * width * width / Double(count)
  }

  /// ∫ (t - q(t))² dt over 0...x: of the cells of the steps below that of x, each step³ / 12 (half a one at 0), and of the
  /// part of its own. From the last step on the error grows without end.
  private static func integral(_ x: Double, step: Double) -> Double {
    let cell = min(127, (x / step).rounded())
    let rest = x - cell * step
    return (cell * step * step * step) / 12 + rest * rest * rest / 3
  }
}

/// How the clip of a layer's input is chosen: the magnitude from which on all are clipped.
public enum RangeChoice: String, CaseIterable, Sendable, Codable {
  /// That of the three others with the least ``ActivationHistogram/squaredError(clip:)``; of equals the first named.
  case auto
  /// The largest magnitude: nothing that calibration showed is clipped.
  case minMax = "min-max"
  /// What 99.99 % of all magnitudes do not exceed.
  case percentile
  /// That of the least squared error among 113: the largest magnitude times 1, 2^(-1/16), 2^(-2/16) ... 2^-7.
  case mse
}

/// What a layer's input is quantised with, and what it was chosen from.
public struct InputRange: Equatable, Sendable, Codable {
  /// What is stored: clip / 127; 1 where all inputs were zeros.
  public let scale: Float
  public let clip: Float
  public let largest: Float
  /// What `auto` has chosen, or what was asked for.
  public let choice: RangeChoice
  /// The mean squared error on the calibration data over the mean square; 0 where all inputs were zeros.
  public let relativeError: Double
}

extension ActivationHistogram {
  public static let percentileShare = 0.9999
  /// 2^(-1/16).
  private static let ratio = 0.957_603_280_698_573_7

  /// The clip and the scale of a tensor with these magnitudes.
  public func range(_ choice: RangeChoice) -> InputRange {
    let choices: [RangeChoice] = choice == .auto ? [.minMax, .percentile, .mse] : [choice]
    let candidates = choices.map { choice in
      let clip = clip(choice)
      return (choice: choice, clip: clip, error: squaredError(clip: clip))
    }
    // The first of equals.
    let best = candidates.dropFirst().reduce(candidates[0]) { $1.error < $0.error ? $1 : $0 }
    let power = power
    return InputRange(
      scale: Self.scale(clip: best.clip), clip: best.clip, largest: largest, choice: best.choice,
      relativeError: power > 0 ? best.error / power : 0)
  }

  private func clip(_ choice: RangeChoice) -> Float {
    switch choice {
    case .auto, .minMax: return largest
    case .percentile:
      // Nearly all may be zeros, as behind a ReLU: what is left must not be clipped to nothing.
      let clip = percentile(Self.percentileShare)
      return clip > 0 ? clip : largest
    case .mse:
      var best = (clip: largest, error: squaredError(clip: largest))
      var factor = 1.0
      for _ in 1...112 {
        factor *= Self.ratio
        let clip = Float(Double(largest) * factor)
        let error = squaredError(clip: clip)
        if error < best.error { best = (clip, error) }
      }
      return best.clip
    }
  }

  /// A tensor of zeros can have any scale; the products of the largest have to be finite.
  static func scale(clip: Float) -> Float {
    clip < 1e-30 ? 1 : min(clip / 127, Float.greatestFiniteMagnitude / 128)
  }

  /// The mean of the squares.
  private var power: Double {
    var sum = 0.0
    for (bin, number) in counts.enumerated() {
      let x = Double(bin)
      sum += Double(number) * (x * x + x + 1.0 / 3)
    }
    return count > 0 ? sum * width * width / Double(count) : 0
  }
}
