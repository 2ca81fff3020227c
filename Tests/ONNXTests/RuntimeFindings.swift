import Bert
import Foundation
import TestSupport

/// What ONNX's checker and ONNX Runtime say of a graph.
struct RuntimeFindings: Decodable {
  struct Sentence: Encodable {
    var ids: [Int32]
    var types: [Int32]
  }

  private struct Request: Encodable {
    var model: String
    var sentences: [Sentence]
    var padding: Int
    var inputs: [String]
  }

  /// Of all sentences in one padded batch.
  var logits: [[Double]]
  /// Of each sentence by itself.
  var alone: [[Double]]
  /// Of the batch, by what operations beyond the standard mean in it.
  var standard: [[Double]]
  /// How many of each operation the file has.
  var operations: [String: Int]
  /// How many of each a session of ONNX Runtime leaves.
  var fused: [String: Int]
  /// How many of each `onnxruntime.transformers.optimizer` leaves.
  var optimized: [String: Int]
  /// Files of tensors beside the graph.
  var external: [String]
  /// Of the format, and of the operations.
  var versions: [Int]

  /// Checks the file and runs the sentences.
  init(_ graph: URL, _ sentences: [Sentence], _ configuration: BertConfiguration) throws {
    self = try Peers.ask(
      "onnx_graphs.py",
      Request(
        model: graph.path(percentEncoded: false), sentences: sentences, padding: configuration.padTokenID ?? 0,
        inputs: ["input_ids", "attention_mask"] + (configuration.readsTokenTypes ? ["token_type_ids"] : [])))
  }
}
