/// An operation: `NodeProto`.
package struct Node: Sendable {
  package let operation: String
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
    return message
  }
}

/// The value of an attribute of an operation: `AttributeProto`.
package enum AttributeValue: Sendable {
  case float(Float)
  case integer(Int)
  case text(String)
  case integers([Int])

  func message(_ name: String) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.text(1, name)
    switch self {
    case .float(let value): message.float(2, value)
    case .integer(let value): message.integer(3, value)
    case .text(let value): message.text(4, value)
    case .integers(let values): for value in values { message.integer(8, value) }
    }
    message.integer(20, type)
    return message
  }

  /// `AttributeProto.AttributeType`.
  private var type: Int {
    switch self {
    case .float: 1
    case .integer: 2
    case .text: 3
    case .integers: 7
    }
  }
}
