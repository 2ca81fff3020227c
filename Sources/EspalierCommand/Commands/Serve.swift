import ArgumentParser
import Bert
import Compute
import Foundation
import Logging
import Pipeline
import Serving

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answers HTTP requests with models, until SIGTERM or SIGINT.",
    discussion: """
      Example: espalier serve my-model --port 8080
      Example: espalier serve small=my-int8 exact=my-model

      Each flag may come from the environment variable that stands behind it, the models from ESPALIER_SERVE_MODELS, \
      separated by blanks. Paths: POST /predict, GET /health, /info, /metrics, /openapi.json, and / for a page.
      """)

  @Argument(
    help: """
      Models, NAME=MODEL or MODEL: a directory, a name of the catalogue, or owner/name on the Hugging Face Hub. \
      [ESPALIER_SERVE_MODELS]
      """)
  var models: [String] = []
  @OptionGroup var options: ServeOptions
  @OptionGroup var quietness: QuietOption

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let configuration = try options.configuration(environment)
    let length = try options.length(environment)
    var logger = Logger(label: "espalier") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = try options.level(environment)
    let backend = try CPUBackend(
      instructionSet: try InstructionSet.selected(environment: environment),
      threadCount: try options.threadCount(environment))
    let metrics = ServingMetrics()
    var served: [ServedModel] = []
    for (name, model) in try named(environment) {
      let directory = try await ModelArgument.directory(model, quietness.progress(environment))
      served.append(
        try ServedModel(
          name: name, directory: directory, scheme: ModelScheme.name(try Checkpoint(modelDirectory: directory)),
          sizeBytes: ModelFiles.bytes(directory), backend: backend, maximumLength: length, limits: configuration.limits,
          metrics: metrics))
    }
    let server = ClassificationServer(
      models: served, configuration: configuration, metrics: metrics, version: Espalier.version, backend: backend,
      logger: logger)
    let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
    try await server.run { port in
      // Its reader may be gone; the server is there all the same.
      try? Output.line("listening on http://\(host):\(port)")
    }
  }

  /// The models with their names: that of the directory where none is given.
  private func named(_ environment: [String: String]) throws -> [(name: String, model: String)] {
    let variable = ServeSetting.prefix + "MODELS"
    let given = models.isEmpty ? (environment[variable] ?? "").split(separator: " ").map(String.init) : models
    guard !given.isEmpty else { throw ServerError.noModel(variable: variable) }
    let named = given.map { argument -> (name: String, model: String) in
      // A path may have an equals sign, a name no slash.
      if let sign = argument.firstIndex(of: "="), sign > argument.startIndex, !argument[..<sign].contains("/") {
        return (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
      }
      return (argument.split(separator: "/").last.map(String.init) ?? argument, argument)
    }
    for (index, model) in named.enumerated() where named[..<index].contains(where: { $0.name == model.name }) {
      throw ServerError.nameTwice(model.name)
    }
    return named
  }
}
