import Compute
import Testing

@Suite("How a product is divided among threads")
struct ProductDivisionTests {
  private struct Case {
    let rows: Int, panels: Int, threads: Int, perThread: Int
    var division: ProductDivision {
      ProductDivision(
        rows: rows, panels: panels, tileRows: 14, mostRows: 112, leastRows: 16, threadCount: threads,
        tasksPerThread: perThread)
    }
  }

  private static let cases = [1, 13, 16, 28, 32, 64, 100, 112, 113, 128, 256, 500, 512, 1024, 4096].flatMap { rows in
    [1, 2, 12, 36, 48, 97].flatMap { panels in
      [1, 2, 3, 8].flatMap { threads in
        [1, 2].map { Case(rows: rows, panels: panels, threads: threads, perThread: $0) }
      }
    }
  }

  @Test("Every element is one task's, whose rows fit the cache and are whole tiles or a thread's share") func cover() {
    for entry in Self.cases {
      let division = entry.division
      var covered = [Int](repeating: 0, count: entry.rows * entry.panels)
      for task in 0..<division.taskCount {
        let (rows, panels) = division[task]
        #expect(rows.count <= 128 && !rows.isEmpty && !panels.isEmpty, "\(entry)")
        #expect(rows.lowerBound % 14 == 0 || entry.threads > 1 && rows.lowerBound >= 16, "\(entry)")
        for row in rows { for panel in panels { covered[row * entry.panels + panel] += 1 } }
      }
      #expect(covered.allSatisfy { $0 == 1 }, "\(entry)")
    }
  }

  @Test("All threads have work where there are panels for them, and no rows are packed more often than that takes")
  func tasks() {
    for entry in Self.cases {
      let count = entry.division.taskCount
      if entry.panels >= 2 * entry.threads { #expect(count >= entry.threads, "\(entry)") }
      let blocks = (entry.rows + 111) / 112 + entry.threads
      #expect(count <= blocks * max(3, entry.perThread) * entry.threads, "\(entry)")
    }
    func count(_ rows: Int, threads: Int, perThread: Int = 1) -> Int {
      Case(rows: rows, panels: 48, threads: threads, perThread: perThread).division.taskCount
    }
    #expect(count(16, threads: 2) == 2)
    #expect(count(16, threads: 2, perThread: 2) == 4)
    // Each thread has as many rows as the other, and all columns.
    for perThread in [1, 2] {
      #expect(count(32, threads: 2, perThread: perThread) == 2)
      #expect(count(128, threads: 2, perThread: perThread) == 2)
      #expect(count(512, threads: 2, perThread: perThread) == 6 && count(256, threads: 2) == 2)
      #expect(count(128, threads: 8, perThread: perThread) == 8)
    }
    let halves = Case(rows: 100, panels: 48, threads: 2, perThread: 2).division
    #expect((0..<2).map { halves[$0].rows } == [0..<50, 50..<100] && halves[0].panels == 0..<48)
    #expect(count(31, threads: 2, perThread: 2) == 4)
    // Weights that come from memory are read by one thread each while rows are few.
    for (width, bytes, rows) in [(384, 4, [16, 16]), (768, 1, [16, 32]), (768, 4, [64, 64])] {
      let least = [width, 4 * width].map {
        ProductDivision.leastRows(outputs: $0, inputs: width, bytes: bytes * $0 * width)
      }
      #expect(least == rows)
    }
    #expect(count(512, threads: 1) == 5)
  }
}
