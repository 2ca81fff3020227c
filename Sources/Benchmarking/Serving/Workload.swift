public import Bert
import Compute
public import FoundationEssentials
import Text
import Training

/// Sentences to classify, as ids; the same file is read by every engine that is compared.
public struct Workload: Codable, Equatable, Sendable {
  public enum Kind: String, Codable, Sendable {
    /// One call, all sentences at once.
    case batch
    /// As many calls as the engine likes, each sentence where it comes.
    case dataset
  }

  public var name: String
  public var kind: Kind
  public var sentences: [[Int32]]
  /// A class for each sentence, for training.
  public var labels: [Int32]

  public init(name: String, kind: Kind, sentences: [[Int32]], labels: [Int32]) {
    self.name = name
    self.kind = kind
    self.sentences = sentences
    self.labels = labels
  }

  /// The batches that are to be run, in order.
  public func inputs() throws -> [EncoderInput] {
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

  public var tokenCount: Int { sentences.reduce(0) { $0 + $1.count } }

  /// The multiplications and additions of a classifier that computes no padding.
  ///
  /// A layer has 2 N (4 C² + 2 C F) in its linear parts and 4 C Σ T² in attention; the last layer is counted whole,
  /// although an engine may leave out all but its first rows.
  public func floatingPointOperations(_ model: BertConfiguration) -> Double {
    let (c, f) = (Double(model.hiddenSize), Double(model.intermediateSize))
    let tokens = sentences.reduce(0.0) { $0 + Double($1.count) }
    let squares = sentences.reduce(0.0) { $0 + Double($1.count * $1.count) }
    let layer = 2 * tokens * (4 * c * c + 2 * c * f) + 4 * squares * c
    return Double(model.numHiddenLayers) * layer + 2 * Double(sentences.count) * c * (c + Double(model.numLabels))
  }

  /// A file of workloads, as ``write(_:to:)`` and `peers/workloads.py` write it.
  public static func read(_ url: URL) throws -> [Workload] {
    try JSONDecoder().decode([Workload].self, from: Data(contentsOf: url))
  }

  public static func write(_ workloads: [Workload], to url: URL) throws {
    try AtomicFile.write(try JSONEncoder().encode(workloads), to: url)
  }

  /// Sentences of one length with ids that no two places share often.
  ///
  /// - Parameter vocabularySize: ids stay below it. BERT's own ones, from 30,000 on, begin with `[CLS]` and end with
  ///   `[SEP]`.
  public static func fixed(batch: Int, tokens: Int, vocabularySize: Int = 30_522) -> Workload {
    let isBert = vocabularySize >= 30_000
    let sentences = (0..<batch).map { row in
      (0..<tokens).map { place in
        let mixed = row * 7919 + place * 104_729
        guard isBert else { return Int32(mixed % max(1, vocabularySize)) }
        return place == 0 ? 101 : place == tokens - 1 ? 102 : Int32(1000 + mixed % 29_000)
      }
    }
    return Workload(
      name: "\(batch)x\(tokens)", kind: .batch, sentences: sentences, labels: (0..<batch).map { Int32($0 % 2) })
  }
}
