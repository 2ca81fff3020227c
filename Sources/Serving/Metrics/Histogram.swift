/// Counts of values by upper bound, as Prometheus wants them.
struct Histogram: Sendable {
  /// Ascending; above the last lies one more.
  let bounds: [Double]
  private(set) var counts: [Int]
  private(set) var sum = 0.0

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = [Int](repeating: 0, count: bounds.count + 1)
  }

  mutating func add(_ value: Double) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    sum += value
  }

  /// From half a millisecond to half a minute.
  static let seconds = Histogram(bounds: [
    0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
  ])
  static let tokens = Histogram(bounds: [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096])
}
