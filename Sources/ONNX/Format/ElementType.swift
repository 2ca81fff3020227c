/// The element type of a tensor; the raw value is its number in ONNX.
///
/// - SeeAlso: `TensorProto.DataType` of onnx.proto, https://github.com/onnx/onnx
package enum ElementType: Int, Sendable {
  case float = 1
  case uint8 = 2
  case int8 = 3
  case int32 = 6
  case int64 = 7
  case float16 = 10
  /// Two a byte, the first in the low half.
  case uint4 = 21

  /// The bytes of so many elements.
  package func byteCount(_ elements: Int) -> Int {
    switch self {
    case .float, .int32: 4 * elements
    case .uint8, .int8: elements
    case .int64: 8 * elements
    case .float16: 2 * elements
    case .uint4: (elements + 1) / 2
    }
  }
}
