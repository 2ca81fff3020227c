/// Which pairs of tokens are merged, to what, and in which order: a hash table of pairs.
struct MergeTable: Sendable {
  struct Merge: Sendable {
    var left: Int32
    var right: Int32
    /// The token that both become.
    var merged: Int32
  }

  /// What a pair has that is not merged: it sorts after all others.
  static let none = UInt64.max

  /// Pair and `rank << 32 | merged` in turn; `none` for a free slot; linear probing, at most half full.
  private let slots: [UInt64]
  private let shift: UInt64

  /// - Parameter merges: in the order of their ranks; of two of one pair, the later one counts. Fewer than 2^32.
  init(_ merges: [Merge]) {
    var bits: UInt64 = 4
    while (1 << bits) < merges.count * 2 { bits += 1 }
    let mask = (1 << Int(bits)) - 1
    shift = 64 - bits
    var slots = [UInt64](repeating: Self.none, count: 2 << Int(bits))
    for (rank, merge) in merges.enumerated() {
      let pair = Self.pair(merge.left, merge.right)
      var slot = Int(truncatingIfNeeded: Self.hash(pair) >> shift)
      while slots[2 * slot] != Self.none, slots[2 * slot] != pair { slot = (slot + 1) & mask }
      slots[2 * slot] = pair
      slots[2 * slot + 1] = UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merge.merged))
    }
    self.slots = slots
  }

  /// `rank << 32 | merged` of a pair, or ``none``.
  @inline(__always)
  func merge(_ left: Int32, _ right: Int32) -> UInt64 {
    let pair = Self.pair(left, right)
    let mask = slots.count / 2 - 1
    var slot = Int(truncatingIfNeeded: Self.hash(pair) >> shift)
    while true {
      let key = slots[2 * slot]
      if key == pair { return slots[2 * slot + 1] }
      if key == Self.none { return Self.none }
      slot = (slot + 1) & mask
    }
  }

  /// Ids are at least 0, so that no pair is ``none``.
  @inline(__always)
  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private static func hash(_ pair: UInt64) -> UInt64 {
    let mixed = (pair ^ (pair >> 29)) &* 0x9E37_79B9_7F4A_7C15
    return mixed ^ (mixed >> 32)
  }
}
