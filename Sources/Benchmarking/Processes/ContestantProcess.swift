package import FoundationEssentials
import Measurement

/// A contestant in a fresh process. It stands still whenever another one has its turn.
package final class ContestantProcess {
  /// A run of the largest models in the largest shapes takes seconds; loading them a minute.
  static let longestAnswer = 600.0

  package let entry: Entry
  package let greeting: Greeting
  /// From the start of the process to the first answer.
  package let firstResultSeconds: Double
  /// The logits of that answer, row by row.
  package let firstAnswer: [Double]

  private let child: ChildProcess
  private let workload: String

  /// Starts it and waits for its first answer, then stops it.
  ///
  /// - Parameter log: a file for what it says on its standard error.
  package init(_ entry: Entry, workload: String, log: URL) throws(BenchmarkError) {
    let watch = Stopwatch()
    let child = try ChildProcess(
      entry.contestant.name, command: entry.command, environment: entry.environment, log: log)
    // The request waits in the pipe, so that loading goes over into the first answer.
    try Self.send(RoundRequest(.check, workload: workload, runs: 1, padding: entry.padding), to: child)
    greeting = try Self.receive(Greeting.self, from: child)
    let reply = try Self.receive(RoundReply.self, from: child)
    firstResultSeconds = watch.seconds
    child.pause()
    firstAnswer = reply.values ?? []
    self.entry = entry
    self.child = child
    self.workload = workload
  }

  /// The seconds of `runs` runs, or of as many as `most` seconds hold, at least one.
  ///
  /// - Parameter cold: whether caches are emptied before each of them.
  package func time(runs: Int, untimed: Int, most: Double, cold: Bool) throws(BenchmarkError) -> [Double] {
    child.resume()
    defer { child.pause() }
    try Self.send(
      RoundRequest(
        .time, workload: workload, runs: runs, untimed: untimed, most: most, cold: cold ? true : nil,
        padding: entry.padding),
      to: child)
    let reply = try Self.receive(RoundReply.self, from: child)
    guard let seconds = reply.seconds, !seconds.isEmpty else {
      throw .malformedReply(name: entry.contestant.name, line: "no seconds")
    }
    return seconds
  }

  /// The high-water mark of its resident memory so far; nil where the system does not tell.
  package var peakResidentBytes: Int? { (try? MemoryUse.current(ofProcess: child.identifier))?.peakResidentBytes }

  package func finish() { child.finish() }

  private static func send(_ request: RoundRequest, to child: ChildProcess) throws(BenchmarkError) {
    guard let data = try? JSONEncoder().encode(request) else {
      throw .malformedReply(name: child.name, line: "a request that is no JSON")
    }
    try child.write(line: String(decoding: data, as: UTF8.self))
  }

  private static func receive<Reply: Decodable>(
    _ type: Reply.Type, from child: ChildProcess
  ) throws(BenchmarkError) -> Reply {
    let line = try child.readLine(seconds: longestAnswer)
    guard let reply = try? JSONDecoder().decode(type, from: Data(line.utf8)) else {
      throw .malformedReply(name: child.name, line: line)
    }
    return reply
  }
}
