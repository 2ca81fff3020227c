internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Memory for weights that stay: packed once, read whole for every batch.
///
/// In pages of 4 KiB a pass over a model's weights outruns what the processor remembers of addresses (2048 pages on a Golden
/// Cove core, 8 MiB), and each page waits for its translation, in a virtual machine for two. Linux gives pages of 2 MiB for
/// the asking, where they are aligned and whole; so weights lie end to end in large regions, not each in a block of its own.
final class WeightMemory: Sendable {
  private struct Latest {
    weak var region: Region?
    var used = 0
  }

  private let latest = Mutex(Latest())

  /// At least `byteCount` bytes, aligned to a cache line, not cleared. They are valid while the region lives.
  func take(_ byteCount: Int) -> (address: UnsafeMutableRawPointer, region: Region) {
    let size = (byteCount + MemoryPool.alignment - 1) / MemoryPool.alignment * MemoryPool.alignment
    return unsafe latest.withLock { latest in
      let region: Region
      if let last = latest.region, last.byteCount - latest.used >= size {
        region = last
      } else {
        region = Region(byteCount: max(size, Self.regionSize))
        latest = Latest(region: region)
      }
      defer { latest.used += size }
      return unsafe (region.start + latest.used, region)
    }
  }

  /// What isn't touched takes no memory, so the last region may be larger than what is asked for. glibc maps memory of this
  /// size for itself alone, and unmaps it when it is given back.
  private static let regionSize = 32 << 20

  /// Some pages of the system's, which go back to it with the last block in them.
  @safe final class Region: @unchecked Sendable {
    // Unchecked: nothing changes after `init`; bytes belong to the blocks.
    fileprivate let start: UnsafeMutableRawPointer
    fileprivate let byteCount: Int

    fileprivate init(byteCount: Int) {
      self.byteCount = byteCount
      unsafe start = .allocate(byteCount: byteCount, alignment: 2 << 20)
      #if os(Linux)
        // Advice on memory of our own: where the system has no such pages, all is the same but slower.
        _ = unsafe madvise(start, byteCount, MADV_HUGEPAGE)
      #endif
    }

    // No block is left, for each would hold this object.
    deinit { unsafe start.deallocate() }
  }
}
