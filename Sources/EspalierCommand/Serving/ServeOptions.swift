import ArgumentParser
import Compute
import Foundation
import Logging
import Serving

/// The flags of `serve`, each of which may come from the environment.
struct ServeOptions: ParsableArguments {
  private static let standard = ServingConfiguration()

  @Option(help: "The address to listen on (\(ServeOptions.standard.host)). [ESPALIER_SERVE_HOST]")
  var host: String?
  @Option(help: "The port, 0 for any that is free (\(ServeOptions.standard.port)). [ESPALIER_SERVE_PORT]")
  var port: Int?
  @Option(help: "Threads that compute (all that the process may use). [ESPALIER_SERVE_THREADS]")
  var threads: Int?
  @Option(help: "Of a text in tokens, specials included; longer ones are cut (128). [ESPALIER_SERVE_MAXIMUM_LENGTH]")
  var maximumLength: Int?
  @Option(help: "Of a request's body (\(ServeOptions.standard.limits.bodyBytes)). [ESPALIER_SERVE_MAX_BODY_BYTES]")
  var maxBodyBytes: Int?
  @Option(help: "Texts or pairs of a request (\(ServeOptions.standard.limits.texts)). [ESPALIER_SERVE_MAX_TEXTS]")
  var maxTexts: Int?
  @Option(help: "Of each text, in UTF-8 (\(ServeOptions.standard.limits.textBytes)). [ESPALIER_SERVE_MAX_TEXT_BYTES]")
  var maxTextBytes: Int?
  @Option(
    help:
      "Tokens that may wait for a model before requests are refused (\(ServeOptions.standard.limits.queueTokens)). [ESPALIER_SERVE_QUEUE_TOKENS]"
  )
  var queueTokens: Int?
  @Option(
    help:
      "Tokens that a model works on together (\(ServeOptions.standard.limits.batchTokens)). [ESPALIER_SERVE_BATCH_TOKENS]"
  )
  var batchTokens: Int?
  @Option(
    help:
      "Seconds for a request to arrive, and for its answer (\(ServeOptions.seconds(ServeOptions.standard.requestTimeout))). [ESPALIER_SERVE_REQUEST_TIMEOUT]"
  )
  var requestTimeout: Int?
  @Option(
    help:
      "Seconds that a connection may be idle (\(ServeOptions.seconds(ServeOptions.standard.idleTimeout))). [ESPALIER_SERVE_IDLE_TIMEOUT]"
  )
  var idleTimeout: Int?
  @Option(
    help: "Connections at once; others wait (\(ServeOptions.standard.maxConnections)). [ESPALIER_SERVE_MAX_CONNECTIONS]"
  )
  var maxConnections: Int?
  @Option(
    help: "What goes to the error output: trace, debug, info, warning or error (warning). [ESPALIER_SERVE_LOG_LEVEL]")
  var logLevel: String?

  /// - Throws: ``ServeSettingError``.
  func configuration(_ environment: [String: String]) throws(ServeSettingError) -> ServingConfiguration {
    func value(_ option: Int?, _ name: String, _ range: ClosedRange<Int>, _ standard: Int) throws(ServeSettingError)
      -> Int
    {
      try ServeSetting(name: name, range: range).value(option, environment, orElse: standard)
    }
    var made = ServingConfiguration()
    made.host = text(host, "HOST", environment) ?? made.host
    made.port = try value(port, "PORT", 0...65535, made.port)
    made.limits.bodyBytes = try value(maxBodyBytes, "MAX_BODY_BYTES", 2...(1 << 30), made.limits.bodyBytes)
    made.limits.texts = try value(maxTexts, "MAX_TEXTS", 1...(1 << 20), made.limits.texts)
    made.limits.textBytes = try value(maxTextBytes, "MAX_TEXT_BYTES", 1...(1 << 30), made.limits.textBytes)
    made.limits.queueTokens = try value(queueTokens, "QUEUE_TOKENS", 1...(1 << 30), made.limits.queueTokens)
    made.limits.batchTokens = try value(batchTokens, "BATCH_TOKENS", 1...(1 << 20), made.limits.batchTokens)
    made.requestTimeout = .seconds(
      try value(requestTimeout, "REQUEST_TIMEOUT", 1...3600, Self.seconds(made.requestTimeout)))
    made.idleTimeout = .seconds(try value(idleTimeout, "IDLE_TIMEOUT", 1...3600, Self.seconds(made.idleTimeout)))
    made.maxConnections = try value(maxConnections, "MAX_CONNECTIONS", 1...(1 << 20), made.maxConnections)
    return made
  }

  private static func seconds(_ duration: Duration) -> Int { Int(duration.components.seconds) }

  func threadCount(_ environment: [String: String]) throws(ServeSettingError) -> Int {
    try ServeSetting(name: "THREADS", range: 1...1024).value(threads, environment, orElse: ProcessorCount.available)
  }

  func length(_ environment: [String: String]) throws(ServeSettingError) -> Int {
    try ServeSetting(name: "MAXIMUM_LENGTH", range: 3...(1 << 20)).value(maximumLength, environment, orElse: 128)
  }

  func level(_ environment: [String: String]) throws(ServeSettingError) -> Logger.Level {
    let name = text(logLevel, "LOG_LEVEL", environment) ?? "warning"
    guard let level = Logger.Level(rawValue: name) else {
      let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
      throw ServeSettingError(
        source: "--log-level or \(ServeSetting.prefix)LOG_LEVEL", expected: known, found: "'\(name)'")
    }
    return level
  }

  private func text(_ option: String?, _ name: String, _ environment: [String: String]) -> String? {
    option ?? environment[ServeSetting.prefix + name].flatMap { $0.isEmpty ? nil : $0 }
  }
}
