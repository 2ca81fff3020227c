import Compute
import Testing

@Suite("Memory pool")
struct MemoryPoolTests {
  /// Takes blocks of `sizes` kilobytes, all at once, and gives them back.
  private func pass(_ sizes: [Int], through pool: MemoryPool) {
    let blocks = sizes.map { pool.take($0 << 10) }
    for block in blocks { pool.give(block) }
  }

  @Test("A block serves what is at least a quarter as large, the smallest one first.")
  func reuse() {
    let pool = MemoryPool()
    pass([64, 96], through: pool)
    let large = pool.take(80 << 10)
    let small = pool.take(33 << 10)
    #expect(large.capacity == 96 << 10)
    #expect(small.capacity == 64 << 10)
    #expect(pool.heldBytes == 160 << 10)
    pool.give(large)
    let tiny = pool.take(20 << 10)
    #expect(tiny.capacity == 20 << 10, "96 KB are more than four times as much")
    pool.give(small)
    pool.give(tiny)
  }

  @Test("Batches of all sizes hold little more than the largest one.")
  func raggedBatches() {
    let pool = MemoryPool()
    // Three activations a layer, as wide as 1, 3 and 4.
    func batch(_ tokens: Int) -> [Int] { (0..<12).flatMap { _ in [tokens, 3 * tokens, 4 * tokens] } }
    var largest = 0
    for tokens in [40, 44, 52, 48, 60, 57, 72, 41, 80, 66, 90, 100, 70, 96] {
      pass(batch(tokens), through: pool)
      largest = max(largest, tokens)
      let most = batch(largest).reduce(0, +) << 10
      // A size is rounded up by at most an eighth, and an eighth may lie free.
      #expect(pool.heldBytes <= most * 81 / 64, "after \(tokens), the largest \(largest)")
    }
    let held = pool.heldBytes
    for tokens in [52, 99, 61, 88] { pass(batch(tokens), through: pool) }
    #expect(pool.heldBytes == held, "smaller batches take nothing new")
  }

  @Test("What is in use stays when the rest is given back.")
  func trimming() {
    let pool = MemoryPool()
    let kept = pool.take(8 << 10)
    pass([64, 64], through: pool)
    #expect(pool.heldBytes == 136 << 10)
    pool.trim()
    #expect(pool.heldBytes == 8 << 10)
    pool.give(kept)
  }
}
