public import Bert

/// Which layers to remove.
public enum LayerChoice: Equatable, Sendable {
  /// The k that an ablation found least needed.
  case leastSensitive(Int)
  /// The k last ones: a control.
  case top(Int)
  /// k at random: a control.
  case random(Int, seed: UInt64)
  case explicit([Int])
  /// As many of the least needed as it takes to come within this many bytes of F32 weights.
  case targetBytes(Int)

  /// The layers to remove, ascending.
  ///
  /// - Parameter ranking: layers from the least to the most needed.
  /// - Throws: ``CompressionError`` when none or all would go, when one isn't there, or no number of layers fits.
  public func layers(
    of configuration: BertConfiguration, ranking: [Int]
  ) throws(CompressionError) -> [Int] {
    let count = configuration.numHiddenLayers
    let (wanted, order): (Int, [Int]) =
      switch self {
      case .leastSensitive(let k): (k, ranking)
      case .top(let k): (k, (0..<count).reversed())
      case .random(let k, let seed): (k, Self.shuffled(count, seed: seed))
      case .explicit(let layers): (Set(layers).count, Array(Set(layers)))
      case .targetBytes(let bytes): (try removals(configuration, bytes: bytes), ranking)
      }
    let chosen = Set(order.prefix(max(0, wanted)))
    if let layer = chosen.sorted().first(where: { !(0..<count).contains($0) }) {
      throw .layerOutOfRange(layer: layer, layerCount: count)
    }
    guard wanted > 0, wanted < count, chosen.count == wanted else {
      throw .tooManyLayers(removed: wanted, layerCount: count)
    }
    return chosen.sorted()
  }

  private func removals(_ configuration: BertConfiguration, bytes: Int) throws(CompressionError) -> Int {
    var smaller = configuration
    var size = 0
    for removed in 0..<max(1, configuration.numHiddenLayers) {
      smaller.numHiddenLayers = configuration.numHiddenLayers - removed
      size = WeightNames.all(smaller).reduce(0) { $0 + 4 * $1.shape.reduce(1, *) }
      if size <= bytes { return removed }
    }
    throw .targetTooSmall(bytes: bytes, smallest: size)
  }

  /// Fisher and Yates' shuffle of 0..<count, by SplitMix64.
  private static func shuffled(_ count: Int, seed: UInt64) -> [Int] {
    var state = seed
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      let other = Int((z ^ (z >> 31)) % UInt64(last + 1))
      order.swapAt(last, other)
    }
    return order
  }
}
