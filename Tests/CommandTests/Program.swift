import Foundation

/// The program as users run it.
enum Program {
  struct Result {
    var status: Int32
    var output: String
    var errors: String
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  struct Missing: Error, CustomStringConvertible {
    var description: String
  }

  /// Beside the bundle of the tests, where SwiftPM puts it.
  static func url() throws -> URL {
    let folder = Bundle.main.bundleURL.standardizedFileURL
    for candidate in [folder, folder.deletingLastPathComponent()] {
      let url = candidate.appending(path: "espalier")
      if FileManager.default.isExecutableFile(atPath: url.path(percentEncoded: false)) { return url }
    }
    throw Missing(description: "no program 'espalier' beside \(folder.path(percentEncoded: false))")
  }

  static func run(_ arguments: [String], input: Data = Data(), environment: [String: String] = [:]) throws -> Result {
    try Running(try url(), arguments, input: input, environment: environment).result()
  }

  static func run(_ executable: URL, _ arguments: [String], environment: [String: String]) throws -> Result {
    try Running(executable, arguments, environment: environment).result()
  }

  /// Runs a line of the shell, in which `$0` is the program and `$1`, `$2` ... are the arguments.
  static func shell(_ line: String, _ arguments: String..., input: Data = Data()) throws -> Result {
    let program = try url().path(percentEncoded: false)
    return try Running(URL(filePath: "/bin/sh"), ["-c", line, program] + arguments, input: input).result()
  }

  /// A program that was started. Files rather than pipes: nothing can fill up and wait.
  final class Running {
    private let process = Process()
    private let scratch = FileManager.default.temporaryDirectory.appending(path: "espalier-io-\(UUID().uuidString)")

    init(_ executable: URL, _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]) throws {
      try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
      for (name, data) in [("input", input), ("output", Data()), ("errors", Data())] {
        try data.write(to: scratch.appending(path: name))
      }
      process.executableURL = executable
      process.arguments = arguments
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.standardInput = try FileHandle(forReadingFrom: scratch.appending(path: "input"))
      process.standardOutput = try FileHandle(forWritingTo: scratch.appending(path: "output"))
      process.standardError = try FileHandle(forWritingTo: scratch.appending(path: "errors"))
      try process.run()
    }

    deinit { try? FileManager.default.removeItem(at: scratch) }

    var isRunning: Bool { process.isRunning }

    /// Ends it at once, wherever it is. It may have ended by itself before.
    func kill() {
      if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
    }

    /// What it wrote so far.
    func outputSoFar() throws -> String { try String(contentsOf: scratch.appending(path: "output"), encoding: .utf8) }

    func send(_ signal: Int32) { Foundation.kill(process.processIdentifier, signal) }

    /// Waits for its end.
    func result() throws -> Result {
      process.waitUntilExit()
      return Result(
        status: process.terminationStatus,
        output: try String(contentsOf: scratch.appending(path: "output"), encoding: .utf8),
        errors: try String(contentsOf: scratch.appending(path: "errors"), encoding: .utf8))
    }
  }
}
