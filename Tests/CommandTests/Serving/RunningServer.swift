import Foundation
import TestSupport

/// `espalier serve`, on a port of its own.
final class RunningServer {
  let port: Int
  let process: Program.Running

  init(_ models: [String], _ arguments: [String] = [], environment: [String: String] = [:]) throws {
    process = try Program.Running(
      try Program.url(), ["serve"] + models + arguments,
      environment: ["ESPALIER_SERVE_PORT": "0"].merging(environment) { $1 })
    for _ in 0..<3000 {
      if let line = try process.outputSoFar().split(separator: "\n").first, let port = line.split(separator: ":").last {
        self.port = Int(port) ?? 0
        return
      }
      if !process.isRunning { break }
      Thread.sleep(forTimeInterval: 0.01)
    }
    process.kill()
    throw RawConnection.Failure(description: "the server doesn't listen: \(try process.result().errors)")
  }

  deinit { process.kill() }

  func connection(patience: Int = 60) throws -> RawConnection { try RawConnection(port: port, patience: patience) }

  static func request(_ method: String, _ path: String, _ body: [UInt8]? = nil, headers: String = "") -> [UInt8] {
    let length = body.map { "Content-Length: \($0.count)\r\n" } ?? ""
    return Array("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\(length)\r\n".utf8) + (body ?? [])
  }

  func get(_ path: String) throws -> RawConnection.Answer { try ask(Self.request("GET", path)) }

  func predict(_ body: String) throws -> RawConnection.Answer { try predict(Array(body.utf8)) }

  func predict(_ body: [UInt8]) throws -> RawConnection.Answer { try ask(Self.request("POST", "/predict", body)) }

  /// One request on a connection of its own.
  func ask(_ request: [UInt8], hasBody: Bool = true) throws -> RawConnection.Answer {
    let connection = try connection()
    try connection.send(request)
    guard let answer = try connection.answer(hasBody: hasBody) else {
      throw RawConnection.Failure(description: "the connection ended without an answer")
    }
    return answer
  }
}
