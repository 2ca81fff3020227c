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
    let scratch = FileManager.default.temporaryDirectory.appending(path: "espalier-io-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    // Files rather than pipes: nothing can fill up and wait.
    func file(_ name: String, _ data: Data = Data()) throws -> URL {
      let url = scratch.appending(path: name)
      try data.write(to: url)
      return url
    }
    let output = try file("output"), errors = try file("errors")
    let process = Process()
    process.executableURL = try url()
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: try file("input", input))
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }
}
