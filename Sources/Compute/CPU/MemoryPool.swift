internal import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory that is used again: activations of one batch take the place of the last one's.
///
/// Fresh pages cost a fault and a zeroing each; a training step would pay that for each activation. Sizes are rounded up
/// to an eighth of a power of two, so that batches of nearly one size share blocks.
final class MemoryPool: Sendable {
  private let free = Mutex<[Int: [UInt]]>([:])

  /// Cache lines, and what the widest vectors like.
  static let alignment = 64

  /// At least `byteCount` bytes, not cleared. The capacity is what `give` wants back.
  func take(_ byteCount: Int) -> (address: UnsafeMutableRawPointer, capacity: Int) {
    let capacity = Self.capacity(for: byteCount)
    if let address = free.withLock({ $0[capacity]?.popLast() }),
      let pointer = unsafe UnsafeMutableRawPointer(bitPattern: address)
    {
      // Out of the list, so nobody else has it.
      return unsafe (pointer, capacity)
    }
    return (.allocate(byteCount: capacity, alignment: Self.alignment), capacity)
  }

  func give(_ address: UnsafeMutableRawPointer, capacity: Int) {
    let bits = UInt(bitPattern: address)
    free.withLock { $0[capacity, default: []].append(bits) }
  }

  /// Gives all unused blocks back to the system.
  func trim() {
    let blocks = free.withLock { blocks in
      defer { blocks = [:] }
      return blocks.values.flatMap { $0 }
    }
    // Each block was allocated by `take` and is in nobody's hands.
    for block in blocks { unsafe UnsafeMutableRawPointer(bitPattern: block)?.deallocate() }
  }

  deinit { trim() }

  static func capacity(for byteCount: Int) -> Int {
    let least = max(byteCount, 512)
    let step = 1 << (Int.bitWidth - 1 - (least - 1).leadingZeroBitCount - 3)
    return (least + step - 1) / step * step
  }
}
