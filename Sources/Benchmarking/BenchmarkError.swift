/// Why a comparison can't be made, or had to end.
public enum BenchmarkError: Error, Equatable, Sendable {
  case noModels
  /// `found` is what stood where a shape such as 8x128 was expected.
  case shape(found: String)
  case tooLong(model: String, workload: String, tokens: Int, limit: Int)
  case unknownEngine(found: String, known: [String])
  case unknownBaseline(found: String, known: [String])
  case noCells
  case noContestants(reason: String)
  /// The folder with the scripts of the other engines lacks `file`.
  case noPeers(directory: String, file: String)
  case notInstalled(packages: [String], python: String, command: String)
  /// A script of the other engines failed; `said` is the end of what it wrote.
  case script(name: String, status: String, said: String)
  case start(program: String, code: Int32)
  /// A process ended, or closed its output, before it answered.
  case ended(name: String, status: String, said: String)
  case silent(name: String, seconds: Double)
  case malformedReply(name: String, line: String)
  case baselineNotTimed(name: String, workload: String, problem: String)
}

extension BenchmarkError {
  /// Whether what was asked for is at fault, rather than this machine or a program on it.
  public var isInput: Bool {
    switch self {
    case .noModels, .shape, .tooLong, .unknownEngine, .unknownBaseline, .noCells, .noContestants, .noPeers,
      .notInstalled:
      true
    case .script, .start, .ended, .silent, .malformedReply, .baselineNotTimed: false
    }
  }
}

extension BenchmarkError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noModels: "expected at least one model"
    case .shape(let found): "expected a batch and a count of tokens such as 8x128, found '\(found)'"
    case .tooLong(let model, let workload, let tokens, let limit):
      "\(model): expected sentences of at most \(limit) tokens, found \(tokens) in \(workload)"
    case .unknownEngine(let found, let known):
      "expected one of the engines \(known.joined(separator: ", ")), found '\(found)'"
    case .unknownBaseline(let found, let known):
      "expected the baseline to be a model, an engine, or one of \(known.joined(separator: "; ")), found '\(found)'"
    case .noCells: "expected a shape or a file of sentences to measure with, found neither"
    case .noContestants(let reason): "nobody can take part: \(reason)"
    case .noPeers(let directory, let file):
      "\(directory): expected the scripts of the other engines, found no \(file); "
        + "name their folder, Benchmarks/peers of a checkout, by --peers or ESPALIER_PEERS"
    case .notInstalled(let packages, let python, let command):
      "\(python) lacks \(packages.joined(separator: ", ")); install the pinned packages by: \(command)"
    case .script(let name, let status, let said): "\(name) \(status)\(Self.tail(said))"
    case .start(let program, let code): "\(program): cannot be started, error \(code)"
    case .ended(let name, let status, let said): "\(name) \(status) before it answered\(Self.tail(said))"
    case .silent(let name, let seconds): "\(name) gave no answer for \(Int(seconds)) s"
    case .malformedReply(let name, let line):
      "\(name): expected an answer as a line of JSON, found '\(line.prefix(80))'"
    case .baselineNotTimed(let name, let workload, let problem):
      "\(workload): the baseline \(name) can't be timed: \(problem)"
    }
  }

  private static func tail(_ said: String) -> String { said.isEmpty ? "" : ": " + said }
}
