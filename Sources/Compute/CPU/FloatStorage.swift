/// The floats of a tensor on the CPU, aligned to a cache line; the memory goes back to where it was taken.
@safe package final class FloatStorage: TensorStorage, @unchecked Sendable {
  // Unchecked as TensorStorage says.
  let start: UnsafeMutablePointer<Float>
  let count: Int
  private let owner: Owner

  private enum Owner {
    case pool(MemoryPool, MemoryPool.Block)
    case weights(WeightMemory.Region)
  }

  /// Not cleared.
  init(count: Int, pool: MemoryPool) {
    let block = pool.take(count * MemoryLayout<Float>.stride)
    // The block is large enough and aligned; floats need no initialisation.
    unsafe start = block.address.bindMemory(to: Float.self, capacity: max(1, count))
    owner = .pool(pool, block)
    self.count = count
    super.init()
  }

  /// For weights, not cleared: as many bytes, rounded up to whole floats.
  init(byteCount: Int, weights: WeightMemory) {
    count = (byteCount + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride
    let block = unsafe weights.take(count * MemoryLayout<Float>.stride)
    // As above; the region is held as long as this object lives.
    unsafe start = block.address.bindMemory(to: Float.self, capacity: max(1, count))
    owner = .weights(unsafe block.region)
    super.init()
  }

  deinit {
    if case .pool(let pool, let block) = owner { pool.give(block) }
  }

  func clear() { unsafe start.update(repeating: 0, count: count) }

  var values: [Float] { unsafe Array(UnsafeBufferPointer(start: start, count: count)) }
}
