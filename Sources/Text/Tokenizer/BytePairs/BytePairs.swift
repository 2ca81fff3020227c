/// Byte-pair encoding: the bytes of a word, joined pair by pair in the order in which the pairs were learnt.
///
/// - SeeAlso: Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016,
///   arXiv:1508.07909, section 3.2.
struct BytePairs: Sendable {
  /// What stands for a byte that the vocabulary lacks.
  struct Unknown: Sendable {
    var id: Int32
    /// One for a run of such bytes.
    var isFused: Bool
  }

  /// Memory that the caller keeps, so that it is allocated once.
  struct Scratch {
    fileprivate var ids: [Int32] = []
    fileprivate var merges: [UInt64] = []
  }

  /// Up to here pairs are searched one by one for the next to be merged, from there on in a heap.
  private static let longestSearched = 32

  /// The token of each byte, -1 if there is none.
  private let byteIDs: [Int32]
  private let merges: MergeTable
  private let unknown: Unknown?

  init(byteIDs: [Int32], merges: MergeTable, unknown: Unknown?) {
    self.byteIDs = byteIDs
    self.merges = merges
    self.unknown = unknown
  }

  /// Appends the ids of the pieces of a word.
  ///
  /// - Complexity: O(n log n) for a word of n bytes.
  func append(_ word: borrowing Span<UInt8>, to ids: inout [Int32], _ scratch: inout Scratch) {
    scratch.ids.removeAll(keepingCapacity: true)
    var wasUnknown = false
    for position in 0..<word.count {
      let id = byteIDs[Int(word[position])]
      if id >= 0 {
        scratch.ids.append(id)
      } else if let unknown, !(unknown.isFused && wasUnknown) {
        scratch.ids.append(unknown.id)
      }
      wasUnknown = id < 0
    }
    if scratch.ids.count <= Self.longestSearched {
      mergeBySearch(&scratch)
    } else {
      var merging = HeapMerging(scratch.ids, merges)
      merging.run(merges)
      scratch.ids = merging.result
    }
    ids += scratch.ids
  }

  /// Merges the pair of the lowest rank, of those the first, until none is left.
  private func mergeBySearch(_ scratch: inout Scratch) {
    var count = scratch.ids.count
    guard count > 1 else { return }
    // `merges[i]` is that of the tokens i and i + 1.
    scratch.merges.removeAll(keepingCapacity: true)
    for index in 0..<count - 1 { scratch.merges.append(merges.merge(scratch.ids[index], scratch.ids[index + 1])) }
    while count > 1 {
      var best = 0
      var lowest = scratch.merges[0]
      for index in 1..<max(1, count - 1) where scratch.merges[index] < lowest {
        lowest = scratch.merges[index]
        best = index
      }
      if lowest == MergeTable.none { break }
      scratch.ids[best] = Int32(truncatingIfNeeded: lowest)
      count -= 1
      for index in best + 1..<max(best + 1, count) {
        scratch.ids[index] = scratch.ids[index + 1]
        scratch.merges[index - 1] = scratch.merges[index]
      }
      if best > 0 { scratch.merges[best - 1] = merges.merge(scratch.ids[best - 1], scratch.ids[best]) }
      if best + 1 < count { scratch.merges[best] = merges.merge(scratch.ids[best], scratch.ids[best + 1]) }
    }
    scratch.ids.removeLast(scratch.ids.count - count)
  }
}

/// The merging of one long word: its tokens as a linked list, and a heap of the pairs that can be merged.
private struct HeapMerging {
  private static let end = UInt32.max

  private var ids: [Int32]
  /// Of each token that is left; where a token went into the one before it, its own number.
  private var next: [UInt32]
  private var previous: [UInt32]
  /// `rank << 32 | position`, the lowest first. Pairs that are no more stay until they come up.
  private var heap: [UInt64] = []

  /// - Parameter ids: more than one, fewer than 2^32 - 1.
  init(_ ids: [Int32], _ merges: MergeTable) {
    self.ids = ids
    let count = UInt32(ids.count)
    next = (0..<count).map { $0 + 1 == count ? Self.end : $0 + 1 }
    previous = (0..<count).map { $0 == 0 ? Self.end : $0 - 1 }
    for position in 0..<ids.count - 1 {
      let merge = merges.merge(ids[position], ids[position + 1])
      if merge != MergeTable.none { heap.append((merge >> 32) << 32 | UInt64(position)) }
    }
    for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
  }

  mutating func run(_ merges: MergeTable) {
    while let first = heap.first {
      let last = heap.removeLast()
      if !heap.isEmpty {
        heap[0] = last
        sink(0)
      }
      let position = Int(first & 0xFFFF_FFFF)
      let right = next[position]
      guard right != Self.end, right != UInt32(position) else { continue }
      let merge = merges.merge(ids[position], ids[Int(right)])
      guard merge != MergeTable.none, merge >> 32 == first >> 32 else { continue }
      ids[position] = Int32(truncatingIfNeeded: merge)
      let after = next[Int(right)]
      next[position] = after
      next[Int(right)] = right
      if after != Self.end {
        previous[Int(after)] = UInt32(position)
        push(merges.merge(ids[position], ids[Int(after)]), position)
      }
      let before = previous[position]
      if before != Self.end { push(merges.merge(ids[Int(before)], ids[position]), Int(before)) }
    }
  }

  var result: [Int32] {
    var result: [Int32] = []
    var position: UInt32 = 0
    while position != Self.end {
      result.append(ids[Int(position)])
      position = next[Int(position)]
    }
    return result
  }

  private mutating func push(_ merge: UInt64, _ position: Int) {
    guard merge != MergeTable.none else { return }
    heap.append((merge >> 32) << 32 | UInt64(position))
    var index = heap.count - 1
    while index > 0, heap[(index - 1) / 2] > heap[index] {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  private mutating func sink(_ start: Int) {
    var index = start
    let value = heap[index]
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < value else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = value
  }
}
