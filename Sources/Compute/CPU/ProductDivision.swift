/// How a product is divided among threads: into blocks of rows, and those into groups of column panels.
///
/// Each task packs or quantises its rows for itself, so there are no more groups than even work needs: with one task for
/// each thread instead of three, MiniLM in INT8 takes a quarter less time for a sentence of 16 to 64 tokens on two threads.
/// Floats, whose packing is a copy, have two a thread: where one core is slower for a while, the other one does more.
package struct ProductDivision {
  private let rows: Int
  private let panels: Int
  private let rowsOfTask: Int
  private let rowTasks: Int
  private let panelsOfTask: Int
  private let groups: Int

  /// The share of time for which threads may wait for the last of them, beside which packing rows once more is cheap.
  private static let tolerance = 1.1

  /// - Parameters:
  ///   - tileRows: of a register tile; tasks have whole tiles.
  ///   - mostRows: of a task, so that its packed rows stay in the cache.
  ///   - tasksPerThread: at least, where there are several threads.
  package init(
    rows: Int, panels: Int, tileRows: Int, mostRows: Int, threadCount: Int, tasksPerThread: Int
  ) {
    self.rows = rows
    self.panels = panels
    func rowsOfTask(_ tasks: Int) -> Int { ((rows + tasks - 1) / tasks + tileRows - 1) / tileRows * tileRows }
    let least = max(1, (rows + mostRows - 1) / mostRows)
    // A task for each thread, or several: rows are packed once then.
    let even = (least + threadCount - 1) / threadCount * threadCount
    let isEven = Double(rowsOfTask(even) * even) <= Self.tolerance * Double(rows)
    self.rowsOfTask = rowsOfTask(isEven ? even : least)
    let rowTasks = (rows + self.rowsOfTask - 1) / self.rowsOfTask
    self.rowTasks = rowTasks
    // Enough groups that the last task begun is no long one.
    let wanted = threadCount == 1 ? 1 : tasksPerThread * threadCount
    let groups = (1...max(3, tasksPerThread) * threadCount).first { groups in
      let tasks = rowTasks * groups
      return tasks >= wanted
        && Double((tasks + threadCount - 1) / threadCount * threadCount) <= Self.tolerance * Double(tasks)
    }
    let mostGroups = min(panels, groups ?? wanted)
    panelsOfTask = (panels + mostGroups - 1) / mostGroups
    self.groups = (panels + panelsOfTask - 1) / panelsOfTask
  }

  package var taskCount: Int { rowTasks * groups }

  /// Tasks that follow each other have the same panels, which the cache then holds.
  package subscript(task: Int) -> (rows: Range<Int>, panels: Range<Int>) {
    let row = task % rowTasks * rowsOfTask, panel = task / rowTasks * panelsOfTask
    return (row..<min(rows, row + rowsOfTask), panel..<min(panels, panel + panelsOfTask))
  }
}
