#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Draws new parameters, repeatably.
struct Initializer {
  private var state: UInt64
  private let deviation: Float

  /// - Parameter deviation: `initializer_range` of the configuration.
  init(seed: UInt64, deviation: Float) {
    state = seed
    self.deviation = deviation
  }

  /// Matrices are normal, offsets zero, LayerNorm's gains one.
  mutating func values(for expected: ExpectedTensor) -> [Float] {
    let count = expected.shape.reduce(1, *)
    if expected.name.hasSuffix(".bias") { return [Float](repeating: 0, count: count) }
    if expected.name.hasSuffix("LayerNorm.weight") { return [Float](repeating: 1, count: count) }
    return (0..<count).map { _ in normal() * deviation }
  }

  /// Box and Muller's transform of two even numbers.
  private mutating func normal() -> Float {
    let radius = (-2 * log(1 - even())).squareRoot()
    return Float(radius * cos(2 * Double.pi * even()))
  }

  /// An even number in 0..<1, by SplitMix64 (Steele, Lea, Flood, 2014).
  private mutating func even() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}
