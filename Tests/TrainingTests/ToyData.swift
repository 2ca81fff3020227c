import Bert
import Compute
import TestSupport
import Text
import Training

extension TokenizedText {
  static func toy(_ count: Int, seed: UInt64) -> TokenizedText {
    let sentences = Toy.sentences(count, seed: seed)
    return TokenizedText(
      encodings: sentences.map { Encoding(ids: $0.ids, typeIDs: [Int32](repeating: 0, count: $0.ids.count)) },
      labels: sentences.map(\.label))
  }
}

extension BertClassifier {
  /// Two layers of width 24, drawn anew.
  static func toy(_ backend: CPUBackend, dropout: Double = 0.1) throws -> BertClassifier {
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    configuration.numHiddenLayers = 2
    configuration.hiddenDropoutProb = dropout
    configuration.attentionProbsDropoutProb = dropout
    configuration.initializerRange = 0.1
    configuration.setLabels(["without", "with"])
    return try BertClassifier(randomWeights: configuration, seed: 3, backend: backend)
  }

  /// All weights, by name.
  func weights(_ backend: any Backend) throws -> [String: [Float]] {
    var weights: [String: [Float]] = [:]
    for name in parameters.names { weights[name] = try backend.read(parameters[name]) }
    return weights
  }
}

extension Teacher {
  /// Says of each sentence what stands in its row of `logits`, `[count, 2]`.
  static func saying(_ logits: [Float]) -> Teacher {
    Teacher { batch in batch.rows.flatMap { Array(logits[2 * $0..<2 * $0 + 2]) } }
  }
}
