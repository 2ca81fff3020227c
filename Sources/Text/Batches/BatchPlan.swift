/// Which rows of a data set go into which batch.
public enum BatchPlan {
  /// All rows in an order that depends on seed and epoch alone, so that a resumed training meets the same batches.
  public static func shuffled(count: Int, batchSize: Int, seed: UInt64, epoch: Int) -> [[Int]] {
    precondition(batchSize > 0, "batches of \(batchSize)")
    var random = SplitMix64(state: SplitMix64.finish(seed) &+ UInt64(epoch))
    var order = Array(0..<count)
    // Fisher and Yates.
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(random.next() % UInt64(last + 1)))
    }
    return stride(from: 0, to: count, by: batchSize).map { Array(order[$0..<min(count, $0 + batchSize)]) }
  }

  /// All rows in their order, as many in a batch as stay within `tokenBudget` tokens, at least one.
  public static func inOrder(lengths: [Int], tokenBudget: Int) -> [[Int]] {
    var batches: [[Int]] = []
    var batch: [Int] = []
    var tokens = 0
    for (row, length) in lengths.enumerated() {
      if !batch.isEmpty, tokens + length > tokenBudget {
        batches.append(batch)
        batch = []
        tokens = 0
      }
      batch.append(row)
      tokens += length
    }
    if !batch.isEmpty { batches.append(batch) }
    return batches
  }
}
