/// Where the dropout masks of a training step come from: a counter-based generator, so that a mask is remade in the
/// backward pass instead of being kept, and a resumed run draws what an uninterrupted one would have drawn.
///
/// - SeeAlso: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011 (Philox4x32-10).
public struct RandomStream: Sendable {
  public let seed: UInt64
  public let step: UInt64
  private var opIndex: UInt64 = 0

  public init(seed: UInt64, step: UInt64) {
    self.seed = seed
    self.step = step
  }

  /// The stream of the next random op of this step. A step has fewer than 2^16 of them.
  mutating func next(probability: Double) -> DropoutStream {
    defer { opIndex += 1 }
    return DropoutStream(seed: seed, stream: step << 16 | opIndex, probability: probability)
  }
}

/// One dropout mask: element i is dropped when its random word lies below probability x 2^32.
public struct DropoutStream: Equatable, Sendable {
  public let seed: UInt64
  public let stream: UInt64
  /// The share of elements dropped, in 0..<1.
  public let probability: Double

  public init(seed: UInt64, stream: UInt64, probability: Double) {
    precondition((0..<1).contains(probability), "dropout probability \(probability) is not in 0..<1")
    self.seed = seed
    self.stream = stream
    self.probability = probability
  }

  /// At most 2³² - 1, which a probability next to 1 would round beyond.
  var threshold: UInt32 { UInt32(min((probability * 0x1p32).rounded(), 0x1p32 - 1)) }
  var scale: Double { 1 / (1 - probability) }
}
