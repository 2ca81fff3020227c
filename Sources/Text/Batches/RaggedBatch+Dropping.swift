extension RaggedBatch {
  /// The batch without some of its tokens, each but the first and last of a sequence left out by chance.
  ///
  /// - Parameters:
  ///   - probability: of each token.
  ///   - step: with `seed` it decides alone what is left out, so that a resumed training leaves out the same.
  public func droppingTokens(_ probability: Double, seed: UInt64, step: UInt64) -> RaggedBatch {
    var random = SplitMix64(state: SplitMix64.finish(SplitMix64.finish(seed) &+ step))
    var kept: [Int] = []
    var offsets = [0]
    for (start, end) in zip(self.offsets, self.offsets.dropFirst()) {
      for token in start..<end {
        let isInner = token > start && token < end - 1
        if isInner, Double(random.next() >> 11) * 0x1p-53 < probability { continue }
        kept.append(token)
      }
      offsets.append(kept.count)
    }
    return RaggedBatch(
      ids: kept.map { ids[$0] }, typeIDs: kept.map { typeIDs[$0] },
      positions: zip(offsets, offsets.dropFirst()).flatMap { start, end in 0..<Int32(end - start) },
      offsets: offsets, targets: targets, rows: rows)
  }
}
