import Bert
import Compute
import FoundationEssentials
import Text
import Training

/// Sentences to classify, as ids; the same file is read by every engine that is compared.
struct Workload: Codable, Sendable {
  enum Kind: String, Codable {
    /// One call, all sentences at once.
    case batch
    /// As many calls as the engine likes, each sentence where it comes.
    case dataset
  }

  var name: String
  var kind: Kind
  var sentences: [[Int32]]
  /// A class for each sentence, for training.
  var labels: [Int32]

  /// The batches that are to be run, in order.
  func inputs() throws -> [EncoderInput] {
    let text = TokenizedText(
      encodings: sentences.map { Encoding(ids: $0, typeIDs: [Int32](repeating: 0, count: $0.count)) }, labels: labels)
    let batches =
      switch kind {
      case .batch: [Array(0..<text.count)]
      case .dataset:
        BatchPlan.inOrder(lengths: sentences.map(\.count), tokenBudget: Evaluator.tokenBudget)
      }
    return try batches.map { try EncoderInput(text.batch($0)) }
  }

  /// The multiplications and additions of a classifier that computes no padding.
  ///
  /// A layer has 2 N (4 C² + 2 C F) in its linear parts and 4 C Σ T² in attention; the last layer is counted whole,
  /// although an engine may leave out all but its first rows.
  func floatingPointOperations(_ model: BertConfiguration) -> Double {
    let (c, f) = (Double(model.hiddenSize), Double(model.intermediateSize))
    let tokens = sentences.reduce(0.0) { $0 + Double($1.count) }
    let squares = sentences.reduce(0.0) { $0 + Double($1.count * $1.count) }
    let layer = 2 * tokens * (4 * c * c + 2 * c * f) + 4 * squares * c
    return Double(model.numHiddenLayers) * layer + 2 * Double(sentences.count) * c * (c + Double(model.numLabels))
  }

  /// A file of workloads, as `peers/workloads.py` writes it.
  static func read(_ path: String) throws -> [Workload] {
    try JSONDecoder().decode([Workload].self, from: Data(contentsOf: URL(filePath: path)))
  }

  /// Sentences of one length with ids that no two places share often.
  static func fixed(batch: Int, tokens: Int) -> Workload {
    let sentences = (0..<batch).map { row in
      (0..<tokens).map { place in
        place == 0 ? 101 : place == tokens - 1 ? 102 : Int32(1000 + (row * 7919 + place * 104_729) % 29_000)
      }
    }
    return Workload(
      name: "\(batch)x\(tokens)", kind: .batch, sentences: sentences, labels: (0..<batch).map { Int32($0 % 2) })
  }
}
