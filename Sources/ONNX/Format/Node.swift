/// An operation: `NodeProto`.
package struct Node: Sendable {
  package let operation: String
  /// Of the operation: empty for ONNX's own.
  package let domain: String
  package let name: String
  package let inputs: [String]
  package let outputs: [String]
  package let attributes: [(name: String, value: AttributeValue)]

  var message: ProtobufMessage {
    var message = ProtobufMessage()
    for input in inputs { message.text(1, input) }
    for output in outputs { message.text(2, output) }
    message.text(3, name)
    message.text(4, operation)
    for (name, value) in attributes { message.message(5, value.message(name)) }
    if !domain.isEmpty { message.text(7, domain) }
    return message
  }
}

/// The value of an attribute of an operation: `AttributeProto`.
package enum AttributeValue: Sendable {
  case float(Float)
  case integer(Int)
  case text(String)
  case integers([Int])
  /// What the operation is given whose meaning this is part of, by the name of its attribute.
  case parameter(String, Kind)

  /// `AttributeProto.AttributeType`.
  package enum Kind: Int, Sendable {
    case float = 1
    case integer = 2
    case text = 3
    case integers = 7
  }

  func message(_ name: String) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.text(1, name)
    switch self {
    case .float(let value): message.float(2, value)
    case .integer(let value): message.integer(3, value)
    case .text(let value): message.text(4, value)
    case .integers(let values): for value in values { message.integer(8, value) }
    case .parameter(let name, _): message.text(21, name)
    }
    message.integer(20, kind.rawValue)
    return message
  }

  private var kind: Kind {
    switch self {
    case .float: .float
    case .integer: .integer
    case .text: .text
    case .integers: .integers
    case .parameter(_, let kind): kind
    }
  }
}
