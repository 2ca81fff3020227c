public import Compute

/// How the range of a layer's input is chosen: what lies beyond is clipped.
public enum RangeChoice: String, CaseIterable, Sendable, Codable {
  /// That of the three others with the least ``ActivationHistogram/squaredError(_:)``; of equals the first named.
  case auto
  /// From the least to the largest: nothing that calibration showed is clipped.
  case minMax = "min-max"
  /// Where all but 0.005 % of the numbers lie on each side.
  case percentile
  /// That of the least squared error that a search finds among 113 x 113: the least times 1, 2^(-1/16) ... 2^-7, and the
  /// largest likewise.
  case mse
}

/// What a layer's input is quantised with, and what it was chosen from.
public struct InputRange: Equatable, Sendable, Codable {
  /// What is stored; 1 where all inputs were zeros.
  public let scale: Float
  /// What is stored: the s8 of zero.
  public let zeroPoint: Int8
  /// The least and the largest number that calibration showed, and 0.
  public let least: Float
  public let largest: Float
  /// What `auto` has chosen, or what was asked for.
  public let choice: RangeChoice
  /// The mean squared error on the calibration data over the mean square; 0 where all inputs were zeros.
  public let relativeError: Double

  public var quantization: InputQuantization { InputQuantization(scale: scale, zeroPoint: zeroPoint) }
}

extension ActivationHistogram {
  /// Of all numbers, outside of the range of ``RangeChoice/percentile``.
  public static let percentileTails = 0.0001
  /// 2^(-1/16).
  private static let ratio = 0.957_603_280_698_573_7
  private static let factors = 113

  /// How a tensor with these numbers is quantised.
  public func range(_ choice: RangeChoice) -> InputRange {
    let choices: [RangeChoice] = choice == .auto ? [.minMax, .percentile, .mse] : [choice]
    let candidates = choices.map { choice in
      let quantization = quantization(choice)
      return (choice: choice, quantization: quantization, error: squaredError(quantization))
    }
    // The first of equals.
    let best = candidates.dropFirst().reduce(candidates[0]) { $1.error < $0.error ? $1 : $0 }
    let power = power
    return InputRange(
      scale: best.quantization.scale, zeroPoint: best.quantization.zeroPoint, least: least, largest: largest,
      choice: best.choice, relativeError: power > 0 ? best.error / power : 0)
  }

  private func quantization(_ choice: RangeChoice) -> InputQuantization {
    switch choice {
    case .auto, .minMax: return Self.quantization(low: Double(least), high: Double(largest))
    case .percentile:
      let interval = interval(without: Self.percentileTails)
      // Nearly all may be zeros, as behind a ReLU: what is left must not be clipped to nothing.
      guard interval.lowerBound < interval.upperBound else { return quantization(.minMax) }
      return Self.quantization(low: Double(interval.lowerBound), high: Double(interval.upperBound))
    case .mse: return search()
    }
  }

  /// Both ends by the same factor first, then each by itself while the error falls.
  private func search() -> InputQuantization {
    let factors = Array(sequence(first: 1.0) { $0 * Self.ratio }.prefix(Self.factors))
    let (least, largest) = (Double(least), Double(largest))
    var best = (low: least, high: largest, error: Double.infinity)
    func tries(low: Double, high: Double) {
      let error = squaredError(Self.quantization(low: low, high: high))
      if error < best.error { best = (low, high, error) }
    }
    for factor in factors { tries(low: least * factor, high: largest * factor) }
    var before = Double.infinity
    while best.error < before {
      before = best.error
      for factor in factors { tries(low: best.low, high: largest * factor) }
      for factor in factors { tries(low: least * factor, high: best.high) }
    }
    return Self.quantization(low: best.low, high: best.high)
  }

  /// 255 steps from `low`, at most 0, to `high`, at least 0; 0 is one of them, so the ends are met but for half a step.
  static func quantization(low: Double, high: Double) -> InputQuantization {
    // A tensor of zeros can have any scale.
    guard high - low >= 1e-30 else { return InputQuantization(scale: 1) }
    // The products of the largest have to be finite.
    let scale = min(Float((high - low) / 255), Float.greatestFiniteMagnitude / 256)
    let zeroPoint = (-128 - low / Double(scale)).rounded(.toNearestOrEven)
    return InputQuantization(scale: scale, zeroPoint: Int8(max(-128, min(127, zeroPoint))))
  }
}
