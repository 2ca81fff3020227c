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

  /// One of another family, 64 wide (ELECTRA 128 behind embeddings of 64), with this vocabulary, in which padding is 1.
  static func write(to directory: URL, family: EncoderFamily) throws {
    let countsFromPadding = family == .roberta || family == .xlmRoberta
    let configuration = BertConfiguration(
      vocabSize: 97, hiddenSize: family == .electra ? 128 : 64, numHiddenLayers: 3, numAttentionHeads: 4,
      intermediateSize: 128,
      maxPositionEmbeddings: countsFromPadding ? 34 : 32, typeVocabSize: countsFromPadding ? 1 : 2,
      // A layer keeps the size of what goes through it: twice as wide, weights are half as large.
      initializerRange: family == .electra ? 0.1 : 0.2, padTokenID: 1, id2label: ["negative", "neutral", "positive"],
      family: family,
      embeddingSize: family == .electra ? 64 : nil)
    let backend = try CPUBackend(instructionSet: .scalar, threadCount: 1)
    try BertClassifier(randomWeights: configuration, seed: 3, backend: backend).write(
      to: directory, tokenizerSource: nil, backend: backend)
    try writeVocabulary(to: directory, special: ["[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]"])
    // A tokenizer of WordPiece, whatever the family's own would be.
    let settings = """
      {"tokenizer_class": "BertTokenizer", "model_input_names": ["input_ids", "attention_mask"]}
      """
    try Data(settings.utf8).write(to: directory.appending(path: "tokenizer_config.json"))
  }
}
