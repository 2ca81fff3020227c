import Bert
import Compression
import TestSupport
import Testing

@Suite("Which layers to remove") struct LayerChoiceTests {
  private let ranking = [2, 0, 1, 3]

  private func layers(_ choice: LayerChoice, of count: Int = 4, ranking: [Int]? = nil) throws -> [Int] {
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    configuration.numHiddenLayers = count
    return try choice.layers(of: configuration, ranking: ranking ?? self.ranking)
  }

  /// Of F32 weights, by hand: the tiny model's embeddings, layers, pooler and classifier.
  private func bytes(layers: Int) -> Int {
    let c = 24, f = 40
    let embeddings = (97 + 32 + 2) * c + 2 * c
    let layer = 4 * (c * c + c) + 2 * c + (f * c + f) + (c * f + c) + 2 * c
    return 4 * (embeddings + layers * layer + (c * c + c) + (3 * c + 3))
  }

  @Test func ascendingWhateverTheRanking() throws {
    #expect(try layers(.leastSensitive(1)) == [2])
    #expect(try layers(.leastSensitive(3)) == [0, 1, 2])
    #expect(try layers(.top(1)) == [3])
    #expect(try layers(.top(2), ranking: []) == [2, 3])
    #expect(try layers(.explicit([3, 1]), ranking: []) == [1, 3])
    #expect(try layers(.explicit([1, 1, 1, 1]), ranking: []) == [1])
  }

  @Test("Random layers: the seed decides, and every choice comes up") func random() throws {
    var seen: Set<[Int]> = []
    for seed in 0..<100 as Range<UInt64> {
      let chosen = try layers(.random(2, seed: seed), ranking: [])
      #expect(try layers(.random(2, seed: seed), ranking: [3, 2, 1, 0]) == chosen)
      #expect(chosen.count == 2 && chosen == chosen.sorted())
      seen.insert(chosen)
    }
    #expect(seen.count == 6)
  }

  @Test("A target takes the fewest layers that fit") func target() throws {
    #expect(try layers(.targetBytes(bytes(layers: 4) - 1)) == [2])
    #expect(try layers(.targetBytes(bytes(layers: 3))) == [2])
    #expect(try layers(.targetBytes(bytes(layers: 3) - 1)) == [0, 2])
    #expect(try layers(.targetBytes(bytes(layers: 1))) == [0, 1, 2])
    #expect(throws: CompressionError.targetTooSmall(bytes: bytes(layers: 1) - 1, smallest: bytes(layers: 1))) {
      try layers(.targetBytes(bytes(layers: 1) - 1))
    }
    // A model that fits already needs no pruning, and one of one layer cannot be pruned.
    #expect(throws: CompressionError.tooManyLayers(removed: 0, layerCount: 4)) {
      try layers(.targetBytes(bytes(layers: 4)))
    }
    #expect(throws: CompressionError.targetTooSmall(bytes: 1, smallest: bytes(layers: 1))) {
      try layers(.targetBytes(1), of: 1, ranking: [0])
    }
  }

  @Test(
    "None, all or more cannot be removed", arguments: [-1, 0, 4, 5, .max])
  func count(_ k: Int) throws {
    for choice in [LayerChoice.leastSensitive(k), .top(k), .random(k, seed: 1)] {
      #expect(throws: CompressionError.tooManyLayers(removed: k, layerCount: 4), "\(choice)") { try layers(choice) }
    }
  }

  @Test func wrongLayersAreRefused() throws {
    #expect(throws: CompressionError.tooManyLayers(removed: 0, layerCount: 4)) { try layers(.explicit([])) }
    #expect(throws: CompressionError.tooManyLayers(removed: 4, layerCount: 4)) { try layers(.explicit([0, 1, 2, 3])) }
    #expect(throws: CompressionError.layerOutOfRange(layer: 4, layerCount: 4)) { try layers(.explicit([0, 4])) }
    #expect(throws: CompressionError.layerOutOfRange(layer: -1, layerCount: 4)) { try layers(.explicit([-1])) }
    // Rankings of another model.
    #expect(throws: CompressionError.layerOutOfRange(layer: 7, layerCount: 4)) {
      try layers(.leastSensitive(2), ranking: [7, 1])
    }
    #expect(throws: CompressionError.self) { try layers(.leastSensitive(2), ranking: [1]) }
    let message = "\(CompressionError.tooManyLayers(removed: 4, layerCount: 4))"
    #expect(message == "cannot remove 4 of 4 layers: expected at least 1 and at most 3")
  }
}
