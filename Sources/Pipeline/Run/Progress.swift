/// Where a run shows what it does. The command line draws bars; tests look on.
package protocol ProgressDisplay: Sendable {
  /// A line of its own, such as "finetune: done before".
  func message(_ text: String)
  /// A task of `total` units begins.
  func begin(_ task: String, unit: String, total: Int)
  /// So many units are done; `note` stands beside the bar.
  func advance(to done: Int, note: String)
  func end()
}

/// Shows nothing.
package struct NoProgress: ProgressDisplay {
  package init() {}
  package func message(_ text: String) {}
  package func begin(_ task: String, unit: String, total: Int) {}
  package func advance(to done: Int, note: String) {}
  package func end() {}
}
