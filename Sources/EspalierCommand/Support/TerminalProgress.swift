import Foundation
import Pipeline
import Synchronization

/// Lines and a bar with rate and time left, on the error output. Without a terminal there are lines only.
final class TerminalProgress: ProgressDisplay {
  private struct State {
    var task = ""
    var unit = ""
    var total = 0
    var first: Int?
    var start = ContinuousClock.now
    var drawn: ContinuousClock.Instant?
  }

  private let showsBar: Bool
  private let state = Mutex(State())

  init(showsBar: Bool) { self.showsBar = showsBar }

  func message(_ text: String) {
    state.withLock { _ in write(showsBar ? "\r\u{1B}[K\(text)\n" : "\(text)\n") }
  }

  func begin(_ task: String, unit: String, total: Int) {
    state.withLock { $0 = State(task: task, unit: unit, total: total) }
  }

  func advance(to done: Int, note: String) {
    guard showsBar else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      // A resumed task starts with much done: the rate is that of this process alone.
      let first = state.first ?? done
      if state.first == nil {
        state.first = done
        state.start = now
      }
      if let drawn = state.drawn, now - drawn < .milliseconds(100), done < state.total { return }
      state.drawn = now
      let seconds = (now - state.start) / .seconds(1)
      let rate = seconds > 0 ? Double(done - first) / seconds : 0
      write("\r\u{1B}[K" + Self.line(state.task, state.unit, done, state.total, rate, note))
    }
  }

  func end() {
    state.withLock { _ in if showsBar { write("\r\u{1B}[K") } }
  }

  /// "finetune [#######   ] 53 %  412 sentences/s  2:10 left  epoch 2, loss 0.210"
  static func line(_ task: String, _ unit: String, _ done: Int, _ total: Int, _ rate: Double, _ note: String) -> String
  {
    let share = total > 0 ? min(1, Double(done) / Double(total)) : 0
    let width = 24
    let full = Int(share * Double(width))
    var parts = [
      "\(task) [\(String(repeating: "#", count: full))\(String(repeating: " ", count: width - full))] \(Int(share * 100)) %"
    ]
    if rate > 0 {
      let left = Int((Double(total - done) / rate).rounded(.up))
      parts.append("\(rate < 10 ? String(Int(rate * 10) / 10) : String(Int(rate))) \(unit)/s")
      parts.append("\(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left")
    }
    if !note.isEmpty { parts.append(note) }
    return parts.joined(separator: "  ")
  }

  private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
