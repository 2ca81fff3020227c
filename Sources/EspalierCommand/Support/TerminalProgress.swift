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
      // Slow ones by the minute: "0 processes/s" would say nothing.
      let (shown, per) = rate < 1 ? (rate * 60, "min") : (rate, "s")
      parts.append("\(shown < 10 ? "\((shown * 10).rounded() / 10)" : "\(Int(shown.rounded()))") \(unit)/\(per)")
      let seconds = Double(total - done) / rate
      if seconds < 1e7 { parts.append("\(clock(Int(seconds.rounded(.up)))) left") }
    }
    if !note.isEmpty { parts.append(note) }
    return parts.joined(separator: "  ")
  }

  /// 2:05, or 1:02:05 from an hour on.
  private static func clock(_ seconds: Int) -> String {
    let padded = { (number: Int) in (number < 10 ? "0" : "") + String(number) }
    let minutes = seconds / 60 % 60
    return seconds < 3600
      ? "\(minutes):\(padded(seconds % 60))" : "\(seconds / 3600):\(padded(minutes)):\(padded(seconds % 60))"
  }

  private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
