package import Compute
internal import Espalier
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import UnixSignals

/// Models behind HTTP, until the process is told to stop.
package struct ClassificationServer: Sendable {
  private let models: [ServedModel]
  private let configuration: ServingConfiguration
  private let metrics: ServingMetrics
  private let facts: ServerFacts
  private let logger: Logger

  /// - Parameters:
  ///   - models: at least one, of different names; the first answers where a request names none.
  ///   - metrics: those that the models were made with.
  package init(
    models: [ServedModel], configuration: ServingConfiguration, metrics: ServingMetrics, version: String,
    backend: CPUBackend, logger: Logger
  ) {
    precondition(!models.isEmpty, "a server without models")
    self.models = models
    self.configuration = configuration
    self.metrics = metrics
    self.logger = logger
    facts = ServerFacts(
      version: version, instructionSet: backend.instructionSet.rawValue, threads: backend.threadCount)
  }

  /// Listens and answers until SIGTERM or SIGINT; then takes nothing new, answers what was taken, and returns.
  ///
  /// - Parameter onListening: called with the port, once clients can connect.
  /// - Throws: ``ServerError/listen(host:port:reason:)``.
  package func run(onListening: @escaping @Sendable (Int) async -> Void) async throws {
    let (bodyBytes, timeout, metrics) = (configuration.limits.bodyBytes, configuration.requestTimeout, metrics)
    let application = Application(
      responder: Responder(
        models: models, configuration: configuration, metrics: metrics, facts: facts,
        limit: TimeLimit(configuration.requestTimeout)),
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [
            ConnectionGuard(bodyBytes: bodyBytes, timeout: timeout, metrics: metrics)
          ],
          idleTimeout: TimeAmount(configuration.idleTimeout))),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), serverName: "espalier",
        backlog: 1024,
        availableConnectionsDelegate: MaximumAvailableConnections(configuration.maxConnections, logger: logger)),
      onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
      logger: logger)
    var group = ServiceGroupConfiguration(
      services: [.init(service: application, successTerminationBehavior: .gracefullyShutdownGroup)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    // What was taken has an answer by then, if only that it took too long.
    group.maximumGracefulShutdownDuration = configuration.requestTimeout * 2 + .seconds(5)
    do {
      try await ServiceGroup(configuration: group).run()
    } catch let error as IOError {
      throw ServerError.listen(host: configuration.host, port: configuration.port, reason: error.description)
    }
  }
}
