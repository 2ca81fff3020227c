public import Bert
import FoundationEssentials

/// How the weights of an ONNX graph are stored.
public enum ONNXPrecision: String, CaseIterable, Sendable {
  case fp32
  /// Weights in half precision, widened when the graph is loaded; everything is computed in single precision.
  case fp16
  /// Of a directory whose weights are s8.
  case int8
  /// Of a directory whose weights have four bits.
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

  /// That in which a directory is stored.
  public init(of checkpoint: Checkpoint) {
    if let quantized = Self(checkpoint.configuration.quantization) {
      self = quantized
    } else {
      self = checkpoint.dtype(of: "bert.embeddings.word_embeddings.weight") == .f16 ? .fp16 : .fp32
    }
  }

  /// That of a quantised directory; nil for one of floats.
  private init?(_ quantization: QuantizationConfiguration?) {
    switch quantization?.weights[.linear] ?? quantization?.weights[.embedding] {
    case nil: return nil
    case .int8: self = .int8
    case .int4: self = .int4
    }
  }

  /// Checks that a directory can be exported so.
  ///
  /// - Throws: ``ONNXError/needsFloats(path:precision:found:)``, ``ONNXError/needsScheme(path:precision:found:)``.
  func check(_ checkpoint: Checkpoint) throws(ONNXError) {
    let found = Self(checkpoint.configuration.quantization)
    let path = checkpoint.directory.path(percentEncoded: false)
    switch self {
    case .fp32, .fp16:
      if let found { throw .needsFloats(path: path, precision: self, found: found) }
    case .int8, .int4:
      if found != self { throw .needsScheme(path: path, precision: self, found: found) }
    }
  }
}
