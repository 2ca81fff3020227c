extension DropoutStream {
  /// What dropout multiplies element `index` by: 0 when its word is below probability 2³², else 1 / (1 - probability).
  package func factor(at index: UInt64) -> Double {
    if threshold == 0 { return 1 }
    return word(at: index) < threshold ? 0 : scale
  }

  /// Word `index % 4` of Philox4x32-10 with the seed as key and (index / 4, stream) as counter, low halves first.
  ///
  ///     a round  (c0, c1, c2, c3) <- (hi(M1 c2) ^ c1 ^ k0, lo(M1 c2), hi(M0 c0) ^ c3 ^ k1, lo(M0 c0))
  ///     after it  k0 += W0, k1 += W1
  ///
  /// - SeeAlso: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
  package func word(at index: UInt64) -> UInt32 {
    let block = index / 4
    var c = SIMD4(low(block), high(block), low(stream), high(stream))
    var k = SIMD2(low(seed), high(seed))
    for _ in 0..<10 {
      let p0 = UInt64(c[0]) * 0xD251_1F53
      let p1 = UInt64(c[2]) * 0xCD9E_8D57
      c = SIMD4(high(p1) ^ c[1] ^ k[0], low(p1), high(p0) ^ c[3] ^ k[1], low(p0))
      k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return c[Int(index % 4)]
  }
}

private func low(_ x: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: x) }
private func high(_ x: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: x >> 32) }
