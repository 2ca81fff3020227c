package import Compute
package import Espalier
package import Foundation

/// A model that is served, under a name.
package struct ServedModel: Sendable {
  package let name: String
  package let classifier: TextClassifier
  /// What its weights are stored as, such as `int8-ptq-dynamic` or `F32`.
  package let scheme: String
  /// Of the files that inference needs.
  package let sizeBytes: Int

  let text: PredictionText

  /// Reads a model.
  ///
  /// - Parameter backend: shared by all models of a server, so that no more threads compute than there are cores.
  package init(
    name: String, directory: URL, scheme: String, sizeBytes: Int, backend: CPUBackend, maximumLength: Int,
    limits: ServingLimits, metrics: ServingMetrics
  ) throws {
    self.name = name
    self.scheme = scheme
    self.sizeBytes = sizeBytes
    classifier = try TextClassifier(
      contentsOf: directory, backend: backend, maximumLength: maximumLength, batchTokens: limits.batchTokens,
      waitingTokens: limits.queueTokens
    ) { metrics.count($0, model: name) }
    text = PredictionText(labels: classifier.labels)
  }
}
