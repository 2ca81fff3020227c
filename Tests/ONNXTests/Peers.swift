import Foundation
import TestSupport
import Testing

/// ONNX's checker and ONNX Runtime, which say what a graph is and what it answers.
enum Peers {
  struct Sentence: Encodable {
    var ids: [Int32]
    var types: [Int32]
  }

  struct Findings: Decodable {
    /// Of all sentences in one padded batch.
    var logits: [[Double]]
    /// Of each sentence by itself.
    var alone: [[Double]]
    /// How many of each operation the file has.
    var operations: [String: Int]
    /// How many of each ONNX Runtime's optimiser leaves.
    var fused: [String: Int]
    /// Files of tensors beside the graph.
    var external: [String]
    /// Of the format, and of the operations.
    var versions: [Int]
  }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private struct Request: Encodable {
    var model: String
    var sentences: [Sentence]
  }

  private static let environment = ProcessInfo.processInfo.environment

  /// A Python with what Tests/Peers/requirements.txt names; Tests/Peers/install.sh makes one and prints its path.
  private static let python = environment["ESPALIER_PEERS"]

  /// Whether tests that ask them are run: always where a machine decides on a change.
  static let areAsked: Bool = {
    if python != nil || environment["CI"] != nil { return true }
    let words =
      "NOT TESTED: whether ONNX Runtime reads our graphs. Set ESPALIER_PEERS=\"$(Tests/Peers/install.sh)\" to test it.\n"
    try? FileHandle.standardError.write(contentsOf: Data(words.utf8))
    return false
  }()

  /// Checks the file and runs the sentences.
  static func examine(_ model: URL, _ sentences: [Sentence]) throws -> Findings {
    let python = try #require(python, "ESPALIER_PEERS is not set: Tests/Peers/install.sh prints its value")
    let scratch = try ScratchDirectory()
    let request = try JSONEncoder().encode(
      Request(model: model.path(percentEncoded: false), sentences: sentences))
    let input = try scratch.write([UInt8](request), "request"), output = try scratch.write("", "answer")
    let errors = try scratch.write("", "errors")
    let process = Process()
    process.executableURL = URL(filePath: python)
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Peers/check_onnx.py")
    process.arguments = [script.path(percentEncoded: false)]
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: try String(contentsOf: errors, encoding: .utf8))
    }
    return try JSONDecoder().decode(Findings.self, from: Data(contentsOf: output))
  }
}
