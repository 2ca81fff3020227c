public import Bert
import FoundationEssentials

/// How the weights of an ONNX graph are stored.
public enum ONNXPrecision: String, CaseIterable, Sendable {
  case fp32
  /// Weights in half precision, widened when the graph is loaded; everything is computed in single precision.
  case fp16
  /// Of a directory whose weights are multiplied as s8.
  case int8
  /// Of a directory with weights of four bits, all or some.
  case int4

  /// After the convention of transformers.js.
  public var fileName: String {
    switch self {
    case .fp32: "model.onnx"
    case .fp16: "model_fp16.onnx"
    case .int8: "model_quantized.onnx"
    case .int4: "model_q4.onnx"
    }
  }

  /// Whether it takes the weights of a quantised directory.
  public var isQuantized: Bool { self == .int8 || self == .int4 }

  /// That in which a directory is stored; where its parts differ, that of the fewest bits.
  public init(of checkpoint: Checkpoint) {
    if let quantized = Self(quantized: checkpoint) {
      self = quantized
    } else {
      self = checkpoint.dtype(of: "bert.embeddings.word_embeddings.weight") == .f16 ? .fp16 : .fp32
    }
  }

  /// That of a quantised directory; nil for one of floats.
  private init?(quantized checkpoint: Checkpoint) {
    guard let quantization = checkpoint.configuration.quantization else { return nil }
    let formats = checkpoint.names.compactMap { quantization.format(of: $0) }
    self = formats.contains { if case .int4 = $0 { true } else { false } } ? .int4 : .int8
  }

  /// Checks that a directory can be exported so.
  ///
  /// - Throws: ``ONNXError/needsFloats(path:precision:found:)``, ``ONNXError/needsScheme(path:precision:found:)``.
  func check(_ checkpoint: Checkpoint) throws(ONNXError) {
    let found = Self(quantized: checkpoint)
    let path = checkpoint.directory.path(percentEncoded: false)
    if isQuantized {
      if found != self { throw .needsScheme(path: path, precision: self, found: found) }
    } else if let found {
      throw .needsFloats(path: path, precision: self, found: found)
    }
  }
}
