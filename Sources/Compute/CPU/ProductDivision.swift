/// How a product is divided among threads: into blocks of rows, and those into groups of column panels.
///
/// Threads that have enough rows each divide them alike in every product, and take all columns: what a core reads of its
/// rows is what it has written. A line that another core has written costs some 20 ns, prefetched or not, and where columns
/// are divided each thread reads the others' part of every row. Of MiniLM on two threads that is a tenth to a fifth of the
/// time of a sentence of 32 to 128 tokens. Of fewer rows it is less than what it costs that each thread reads all weights.
///
/// Each task packs or quantises its rows for itself, so there are no more groups than even work needs: with one task for
/// each thread instead of three, MiniLM in INT8 takes a quarter less time for a sentence of 16 tokens on two threads.
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

  /// Of a thread, for rows to be divided: the more, the more it takes to read all weights.
  ///
  /// An encoder of a width has some twelve times its square of weights a layer: where that is beyond 12 MB, as of BERT-base in
  /// F32, they come from memory, which divided rows ask for twice.
  package static func leastRows(outputs: Int, inputs: Int, bytes: Int) -> Int {
    let width = min(outputs, inputs), weights = max(1, outputs * inputs)
    if width * width * bytes / weights > 1 << 20 { return 64 }
    return weights > 1 << 20 ? 32 : fewestRows
  }
  package static let fewestRows = 16
  private static let mostRowsOfOneTask = 128

  /// - Parameters:
  ///   - tileRows: of a register tile; tasks that don't divide all rows evenly have whole tiles.
  ///   - mostRows: of a task, so that its packed rows stay in the cache.
  ///   - leastRows: of each thread, for threads to have rows of their own.
  ///   - tasksPerThread: at least, where several threads divide columns.
  package init(
    rows: Int, panels: Int, tileRows: Int, mostRows: Int, leastRows: Int, threadCount: Int, tasksPerThread: Int
  ) {
    self.rows = rows
    self.panels = panels
    func rowsOfTask(_ tasks: Int) -> Int { ((rows + tasks - 1) / tasks + tileRows - 1) / tileRows * tileRows }
    let least = max(1, (rows + mostRows - 1) / mostRows)
    // A task for each thread, or several: rows are packed once then.
    let even = (least + threadCount - 1) / threadCount * threadCount
    let isEven = Double(rowsOfTask(even) * even) <= Self.tolerance * Double(rows)
    let isByThread = threadCount > 1 && rows >= leastRows * threadCount
    // A thread's rows are one task, in which the kernel goes from block to block, unless they are so many that a thread which
    // is faster for a while can take over some.
    let shares = rows <= Self.mostRowsOfOneTask * threadCount ? threadCount : even
    self.rowsOfTask = isByThread ? (rows + shares - 1) / shares : rowsOfTask(isEven ? even : least)
    let rowTasks = (rows + self.rowsOfTask - 1) / self.rowsOfTask
    self.rowTasks = rowTasks
    // Enough groups that the last task begun is no long one.
    let wanted = threadCount == 1 || isByThread ? 1 : tasksPerThread * threadCount
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

  /// Whether a task has all columns of its rows.
  package var hasWholeRows: Bool { groups == 1 }

  /// Tasks that follow each other have the same panels, which the cache then holds.
  package subscript(task: Int) -> (rows: Range<Int>, panels: Range<Int>) {
    let row = task % rowTasks * rowsOfTask, panel = task / rowTasks * panelsOfTask
    return (row..<min(rows, row + rowsOfTask), panel..<min(panels, panel + panelsOfTask))
  }
}
