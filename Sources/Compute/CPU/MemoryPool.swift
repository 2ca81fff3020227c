internal import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory that is used again: activations of one batch take the place of the last one's.
///
/// Fresh pages cost a fault and a zeroing each; a training step would pay that for each activation. Batches of sentences
/// are of all sizes, so a block serves whatever is at least a quarter as large, the smallest that is free first: those of
/// the largest batch serve the smaller ones too. Blocks that a larger batch has outgrown are given back as it takes its own,
/// so that the pool never holds much more than was in use at once.
package final class MemoryPool: Sendable {
  /// Cache lines, and what the widest vectors like.
  static let alignment = 64

  /// A piece of memory, not cleared.
  @safe package struct Block {
    // Valid from `take` to `give`: whoever took it keeps to that.
    package let address: UnsafeMutableRawPointer
    package let capacity: Int
    /// As much as was asked for, rounded up as a capacity is.
    fileprivate let wanted: Int

    fileprivate init(address: UnsafeMutableRawPointer, capacity: Int, wanted: Int) {
      unsafe self.address = address
      self.capacity = capacity
      self.wanted = wanted
    }
  }

  /// Free blocks of one size.
  private struct SizeClass {
    let capacity: Int
    var addresses: [UInt] = []
  }

  private struct State {
    /// In order of their capacities.
    var classes: [SizeClass] = []
    /// The capacities of all blocks, free or not.
    var heldBytes = 0
    var wantedBytes = 0
    var mostWantedBytes = 0

    /// The first class of at least this capacity.
    func position(of capacity: Int) -> Int {
      var (low, high) = (0, classes.count)
      while low < high {
        let middle = (low + high) / 2
        if classes[middle].capacity < capacity { low = middle + 1 } else { high = middle }
      }
      return low
    }

    /// The smallest free block of `wanted` to four times as much.
    mutating func take(_ wanted: Int) -> (address: UInt, capacity: Int)? {
      wantedBytes += wanted
      mostWantedBytes = max(mostWantedBytes, wantedBytes)
      var index = position(of: wanted)
      while index < classes.count, classes[index].capacity <= 4 * wanted {
        if let address = classes[index].addresses.popLast() { return (address, classes[index].capacity) }
        index += 1
      }
      return nil
    }

    mutating func give(_ address: UInt, capacity: Int, wanted: Int) {
      let index = position(of: capacity)
      if index == classes.count || classes[index].capacity != capacity {
        classes.insert(SizeClass(capacity: capacity), at: index)
      }
      classes[index].addresses.append(address)
      wantedBytes -= wanted
    }

    /// Makes room for a block: takes out free ones, if there are any, until the pool holds no more than an eighth beyond what
    /// was ever wanted at once. Those just below the new one go first, which the batch that it is for has outgrown.
    mutating func grow(_ capacity: Int) -> [UInt] {
      heldBytes += capacity
      let most = mostWantedBytes + mostWantedBytes / 8
      var surplus: [UInt] = []
      let border = position(of: capacity)
      for index in Array((0..<border).reversed()) + Array((border..<classes.count).reversed()) {
        while heldBytes > most, let address = classes[index].addresses.popLast() {
          heldBytes -= classes[index].capacity
          surplus.append(address)
        }
      }
      return surplus
    }
  }

  private let state = Mutex(State())

  package init() {}

  /// At least `byteCount` bytes.
  package func take(_ byteCount: Int) -> Block {
    let wanted = Self.capacity(for: byteCount)
    let (found, surplus) = state.withLock { state -> ((address: UInt, capacity: Int)?, [UInt]) in
      if let found = state.take(wanted) { return (found, []) }
      return (nil, state.grow(wanted))
    }
    if let found, let address = unsafe UnsafeMutableRawPointer(bitPattern: found.address) {
      // Out of the list, so nobody else has it.
      return unsafe Block(address: address, capacity: found.capacity, wanted: wanted)
    }
    Self.deallocate(surplus)
    return unsafe Block(
      address: .allocate(byteCount: wanted, alignment: Self.alignment), capacity: wanted, wanted: wanted)
  }

  package func give(_ block: Block) {
    let address = UInt(bitPattern: unsafe block.address)
    state.withLock { $0.give(address, capacity: block.capacity, wanted: block.wanted) }
  }

  /// What is in use and what is free, in bytes.
  package var heldBytes: Int { state.withLock { $0.heldBytes } }
  /// What was asked for and not yet given back, in bytes.
  package var usedBytes: Int { state.withLock { $0.wantedBytes } }

  /// Gives all unused blocks back to the system.
  package func trim() {
    let blocks = state.withLock { state in
      defer {
        state.heldBytes -= state.classes.reduce(0) { $0 + $1.capacity * $1.addresses.count }
        state.classes = []
        state.mostWantedBytes = state.wantedBytes
      }
      return state.classes.flatMap(\.addresses)
    }
    Self.deallocate(blocks)
  }

  deinit { trim() }

  private static func deallocate(_ blocks: [UInt]) {
    // Each block was allocated by `take` and is in nobody's hands.
    for block in blocks { unsafe UnsafeMutableRawPointer(bitPattern: block)?.deallocate() }
  }

  /// Rounded up to an eighth of a power of two, so that there are few sizes.
  static func capacity(for byteCount: Int) -> Int {
    let least = max(byteCount, 512)
    let step = 1 << (Int.bitWidth - 1 - (least - 1).leadingZeroBitCount - 3)
    return (least + step - 1) / step * step
  }
}
