/// Where a server listens, and what it takes.
package struct ServingConfiguration: Sendable {
  package var host = "127.0.0.1"
  /// 0 for any that is free.
  package var port = 8080
  package var limits = ServingLimits()
  /// From the head of a request to its answer.
  package var requestTimeout: Duration = .seconds(30)
  /// Of a connection without a request, and for the head of one.
  package var idleTimeout: Duration = .seconds(60)
  package var maxConnections = 1024

  package init() {}
}

/// What a request may bring, and what may wait.
package struct ServingLimits: Sendable, Equatable {
  package var bodyBytes = 1 << 20
  package var texts = 1024
  /// In UTF-8, of each text of a request.
  package var textBytes = 1 << 16
  /// That wait for a model, by estimate: see ``TextClassifier``.
  package var queueTokens = 1 << 17
  /// That a model works on together.
  package var batchTokens = 1024

  package init() {}
}
