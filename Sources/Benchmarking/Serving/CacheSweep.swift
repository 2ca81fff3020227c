/// Memory that is written to drive all else out of the caches, as requests of others do between two of ours.
final class CacheSweep {
  /// Several times the last level of what a machine of two cores is given.
  private static let byteCount = 128 << 20

  private var words = [UInt64](repeating: 1, count: byteCount / 8)

  func run() {
    // A word of each line is enough to bring it in, and each depends on the last, so that nothing is left out.
    var last: UInt64 = 0
    for index in stride(from: 0, to: words.count, by: 8) {
      last &+= words[index]
      words[index] = last
    }
  }
}
