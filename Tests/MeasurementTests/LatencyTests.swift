import Measurement
import Testing

@Suite("Latency") struct LatencyTests {
  static let times = [3.1, 1.2, 5.9, 2.2, 4.4, 9.7, 1.0]

  // python3 -c "import numpy as n; a=[3.1,1.2,5.9,2.2,4.4,9.7,1.0]; print(n.quantile(a,[.5,.9,.99]),n.mean(a),n.std(a,ddof=1))"
  @Test("equals NumPy's quantiles") func numpy() throws {
    let summary = try LatencySummary(seconds: Self.times)
    #expect(summary.p50 == 3.1)
    #expect(abs(summary.p90 - 7.42) < 1e-12)
    #expect(abs(summary.p99 - 9.472) < 1e-12)
    #expect(abs(summary.mean - 3.928571428571428) < 1e-12)
    #expect(abs(summary.standardDeviation - 3.0852953860283163) < 1e-12)
    #expect(summary.count == 7)
  }

  @Test("ends and single values") func ends() throws {
    #expect(quantile(0, ofSorted: [1, 2]) == 1)
    #expect(quantile(1, ofSorted: [1, 2]) == 2)
    let one = try LatencySummary(seconds: [0.5])
    #expect(one.p99 == 0.5 && one.standardDeviation == 0)
  }

  @Test("refuses impossible times") func refusals() {
    #expect(throws: MeasurementError.noRows(what: "latency")) { try LatencySummary(seconds: []) }
    #expect(throws: MeasurementError.invalidValue(what: "latency in seconds", row: 1, value: -1)) {
      try LatencySummary(seconds: [1, -1])
    }
  }

  @Test("a stopwatch runs") func stopwatch() throws {
    let (seconds, sum) = Stopwatch.time { (0..<100_000).reduce(0) { $0 &+ $1 } }
    #expect(sum == 4_999_950_000)
    #expect(seconds >= 0 && seconds < 10)
  }
}
