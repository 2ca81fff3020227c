/// The version in which operations of a domain are meant: `OperatorSetIdProto`.
struct OperatorSet {
  /// As of ONNX 1.16: the first in which `DequantizeLinear` knows blocks.
  static let standard = OperatorSet(domain: "", version: 21)

  let domain: String
  let version: Int

  var message: ProtobufMessage {
    var message = ProtobufMessage()
    message.text(1, domain)
    message.integer(2, version)
    return message
  }
}
