import Compute
import Testing

@Suite("How a product is divided among threads")
struct ProductDivisionTests {
  private struct Case {
    let rows: Int, panels: Int, threads: Int, perThread: Int
    var division: ProductDivision {
      ProductDivision(
        rows: rows, panels: panels, tileRows: 14, mostRows: 112, threadCount: threads, tasksPerThread: perThread)
    }
  }

  private static let cases = [1, 13, 16, 28, 32, 64, 100, 112, 113, 128, 256, 500, 512, 1024, 4096].flatMap { rows in
    [1, 2, 12, 36, 48, 97].flatMap { panels in
      [1, 2, 3, 8].flatMap { threads in
        [1, 2].map { Case(rows: rows, panels: panels, threads: threads, perThread: $0) }
      }
    }
  }

  @Test("Every element is one task's, whose rows are whole tiles and fit the cache") func cover() {
    for entry in Self.cases {
      let division = entry.division
      var covered = [Int](repeating: 0, count: entry.rows * entry.panels)
      for task in 0..<division.taskCount {
        let (rows, panels) = division[task]
        #expect(rows.lowerBound % 14 == 0 && rows.count <= 112 && !rows.isEmpty && !panels.isEmpty, "\(entry)")
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
    // Two blocks of rows, nearly even; five would leave a thread idle for a sixth of the time, ten don't.
    #expect(count(128, threads: 2) == 2)
    #expect(count(512, threads: 2) == 10)
    #expect(count(512, threads: 1) == 5)
  }
}
