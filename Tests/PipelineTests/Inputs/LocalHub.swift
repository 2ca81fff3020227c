import Foundation
import TestSupport

/// A server on this machine that behaves as the Hub does, and counts requests. Its script is Fixtures/hub.py.
final class LocalHub {
  private let process = Process()
  private let output = Pipe()
  private let log: URL
  let endpoint: String

  /// - Parameters:
  ///   - files: what the repository `owner/model` holds.
  ///   - mode: "", or "drop" (the first download breaks off), "wrong" (other bytes), "token" (401 without one).
  init(_ files: URL, scratch: ScratchDirectory, mode: String = "") throws {
    log = scratch.url.appending(path: "requests.log")
    try Data().write(to: log)
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/hub.py")
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", script.path(percentEncoded: false), files.path(percentEncoded: false),
      log.path(percentEncoded: false), mode,
    ]
    process.standardOutput = output
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    endpoint = "http://127.0.0.1:\(line.split(separator: "\n").first ?? "0")"
  }

  /// Method and path of each request so far.
  func requests() throws -> [String] {
    try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  deinit {
    // A started process may inherit a mask that blocks SIGTERM; and waiting for it here would block a thread that tests
    // need.
    kill(process.processIdentifier, SIGKILL)
  }
}
