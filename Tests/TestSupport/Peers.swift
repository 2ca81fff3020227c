public import Foundation

/// Programs of others that judge what we write: Python with the packages of Tests/Peers/requirements.txt, and the scripts
/// there, one for each peer.
public enum Peers {
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  private static let environment = ProcessInfo.processInfo.environment

  /// A Python that has them; Tests/Peers/install.sh makes one and prints its path.
  private static let interpreter = environment["ESPALIER_PEERS_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }

  /// Whether tests that ask them are run: always where a machine decides on a change, where their absence is a failure.
  public static let areAsked: Bool = {
    if interpreter != nil || environment["CI"] != nil { return true }
    let words = """
      NOT TESTED: whether transformers, tokenizers, onnx and ONNX Runtime read what we write. To test it:
        ESPALIER_PEERS_PYTHON="$(Tests/Peers/install.sh)" swift test -c release

      """
    try? FileHandle.standardError.write(contentsOf: Data(words.utf8))
    return false
  }()

  /// The Python that has them.
  public static func python() throws -> URL {
    guard let interpreter else {
      throw Failure(description: "ESPALIER_PEERS_PYTHON is not set: Tests/Peers/install.sh prints its value")
    }
    return URL(filePath: interpreter)
  }

  /// Runs a script of Tests/Peers: JSON in, JSON out.
  ///
  /// - Throws: ``Failure`` with what the script wrote to its error output, unless it ends well.
  public static func ask<Answer: Decodable>(_ script: String, _ request: some Encodable) throws -> Answer {
    let scratch = try ScratchDirectory()
    let input = try scratch.write([UInt8](try JSONEncoder().encode(request)), "request")
    let output = try scratch.write("", "answer"), errors = try scratch.write("", "errors")
    let process = Process()
    process.executableURL = try python()
    process.arguments = [
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Peers").appending(path: script).path(percentEncoded: false)
    ]
    // They look for updates and models by themselves; there is nothing to be fetched here.
    process.environment = environment.merging(["HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"]) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(script): \(try String(contentsOf: errors, encoding: .utf8))")
    }
    return try JSONDecoder().decode(Answer.self, from: Data(contentsOf: output))
  }
}
