import Bert
import Compute
import Foundation
import TestSupport

extension TinyModel {
  /// The same with another width and weights drawn anew.
  static func write(to directory: URL, width: Int) throws {
    var configuration = try Checkpoint(modelDirectory: Goldens.tinyBert).configuration
    configuration.hiddenSize = width
    configuration.intermediateSize = 2 * width
    configuration.initializerRange = 0.2
    let backend = try CPUBackend(instructionSet: .scalar, threadCount: 1)
    try BertClassifier(randomWeights: configuration, seed: 3, backend: backend).write(
      to: directory, tokenizerSource: nil, backend: backend)
    try writeVocabulary(to: directory)
  }
}
