package import Compute

/// Where an inference model's weights come from: a checkpoint on disk, or a model in training.
package protocol WeightReader {
  var configuration: BertConfiguration { get }
  func floats(_ name: String) throws(BertError) -> [Float]
  /// The tensor where it is mapped, if kernels can read it there.
  func mapped(_ name: String) throws(BertError) -> StoredValues?
  /// The weight as rows of s8; nil if it is stored otherwise.
  func quantized(_ name: String) throws(BertError) -> QuantizedValues?
  /// The weight as groups of four bits; nil if it is stored otherwise.
  func fourBit(_ name: String) throws(BertError) -> FourBitGroups?
  /// The weight as groups of NF4; nil if it is stored otherwise.
  func normalFloat(_ name: String) throws(BertError) -> NormalFloatGroups?
  /// By what the input of quantised weights is rounded, which they share; nil where each token has its own scale.
  func inputQuantization(_ names: [String]) throws(BertError) -> InputQuantization?
}

extension WeightReader {
  package func quantized(_ name: String) throws(BertError) -> QuantizedValues? { nil }
  package func fourBit(_ name: String) throws(BertError) -> FourBitGroups? { nil }
  package func normalFloat(_ name: String) throws(BertError) -> NormalFloatGroups? { nil }
  package func inputQuantization(_ names: [String]) throws(BertError) -> InputQuantization? { nil }
}

extension Checkpoint: WeightReader {
  package func mapped(_ name: String) throws(BertError) -> StoredValues? {
    switch dtype(of: name) {
    case .f32: StoredValues(bytes: try bytes(of: name), format: .f32)
    case .f16: StoredValues(bytes: try bytes(of: name), format: .f16)
    default: nil
    }
  }

  package func quantized(_ name: String) throws(BertError) -> QuantizedValues? { try quantizedRows(name) }

  package func fourBit(_ name: String) throws(BertError) -> FourBitGroups? { try fourBitGroups(name) }

  package func normalFloat(_ name: String) throws(BertError) -> NormalFloatGroups? { try normalFloatGroups(name) }
}

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

  package func mapped(_ name: String) throws(BertError) -> StoredValues? { nil }
}
