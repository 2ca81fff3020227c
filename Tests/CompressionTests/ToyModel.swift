import Bert
import Compute
import TestSupport
import Text

extension BertClassifier {
  /// Drawn anew, of the golden model's sizes: three classes, width 24 unless another is given.
  static func toy(layers: Int, width: Int? = nil, _ backend: CPUBackend) throws -> BertClassifier {
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    configuration.numHiddenLayers = layers
    if let width {
      configuration.hiddenSize = width
      configuration.intermediateSize = 2 * width
    }
    configuration.initializerRange = 0.2
    return try BertClassifier(randomWeights: configuration, seed: 3, backend: backend)
  }
}

extension TokenizedText {
  static func toy(_ count: Int, seed: UInt64) -> TokenizedText {
    let sentences = Toy.sentences(count, seed: seed)
    return TokenizedText(
      encodings: sentences.map { Encoding(ids: $0.ids, typeIDs: [Int32](repeating: 0, count: $0.ids.count)) },
      labels: sentences.map(\.label))
  }
}
