package import Compute

/// Where an inference model's weights come from: a checkpoint on disk, or a model in training.
package protocol WeightReader {
  var configuration: BertConfiguration { get }
  func floats(_ name: String) throws(BertError) -> [Float]
  /// The tensor as stored halves, if that is what it is.
  func halves(_ name: String) throws(BertError) -> MappedBytes?
}

extension Checkpoint: WeightReader {}

/// The parameters of a model in memory.
package struct StoredWeights: WeightReader {
  let classifier: BertClassifier
  let backend: any Backend

  package init(classifier: BertClassifier, backend: any Backend) {
    self.classifier = classifier
    self.backend = backend
  }

  package var configuration: BertConfiguration { classifier.configuration }

  package func floats(_ name: String) throws(BertError) -> [Float] {
    do { return try backend.read(classifier.parameters[name]) } catch { throw .tensor(error) }
  }

  package func halves(_ name: String) throws(BertError) -> MappedBytes? { nil }
}
