#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A map from values to positions along one side of a drawing.
struct Scale: Equatable, Sendable {
  enum Kind: Sendable { case linear, log2 }

  let kind: Kind
  let domain: ClosedRange<Double>
  /// Positions of the ends of the domain; the first may be the larger, as y grows downwards.
  let start: Double
  let end: Double

  /// A domain of no width, or one that a logarithm can't take, is widened to one that works.
  init(_ kind: Kind = .linear, domain: ClosedRange<Double>, from start: Double, to end: Double) {
    self.kind = kind
    self.start = start
    self.end = end
    let usable = domain.lowerBound.isFinite && domain.upperBound.isFinite
    var lower = usable ? domain.lowerBound : 0
    var upper = usable ? domain.upperBound : 1
    if kind == .log2 {
      lower = max(lower, 1e-9)
      upper = max(upper, lower)
      if upper == lower { (lower, upper) = (lower / 2, upper * 2) }
    } else if upper == lower {
      (lower, upper) = (lower - 0.5, upper + 0.5)
    }
    self.domain = lower...upper
  }

  func position(_ value: Double) -> Double {
    start + (end - start) * share(value)
  }

  private func share(_ value: Double) -> Double {
    switch kind {
    case .linear:
      (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    case .log2:
      log(max(value, 1e-12) / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
    }
  }

  /// About `count` round values inside of the domain: multiples of 1, 2 or 5 times a power of ten, or powers of two.
  func ticks(_ count: Int = 5) -> [Double] {
    switch kind {
    case .linear:
      let step = Scale.roundStep((domain.upperBound - domain.lowerBound) / Double(max(1, count)))
      let first = (domain.lowerBound / step - 1e-9).rounded(.up)
      let last = (domain.upperBound / step + 1e-9).rounded(.down)
      guard last >= first, last - first < 1000 else { return [] }
      return (0...Int(last - first)).map { (first + Double($0)) * step }
    case .log2:
      let first = (log(domain.lowerBound) / log(2) - 1e-9).rounded(.up)
      let last = (log(domain.upperBound) / log(2) + 1e-9).rounded(.down)
      guard last >= first else { return [] }
      let stride = max(1, Int(((last - first) / Double(max(1, count))).rounded(.up)))
      return Swift.stride(from: Int(first), through: Int(last), by: stride).map { exp2(Double($0)) }
    }
  }

  /// The least of 1, 2, 5 times a power of ten that is at least `raw`.
  static func roundStep(_ raw: Double) -> Double {
    guard raw.isFinite && raw > 0 else { return 1 }
    let power = pow(10, log10(raw).rounded(.down))
    for factor in [1.0, 2, 5] where factor * power >= raw * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  /// `range` widened by `share` of its width at both ends.
  static func padded(_ range: ClosedRange<Double>, by share: Double) -> ClosedRange<Double> {
    let extra = (range.upperBound - range.lowerBound) * share
    return range.lowerBound - extra...range.upperBound + extra
  }

  /// The least range that holds all finite values; nil without any.
  static func range(of values: [Double]) -> ClosedRange<Double>? {
    let finite = values.filter(\.isFinite)
    guard let lower = finite.min(), let upper = finite.max() else { return nil }
    return lower...upper
  }
}
