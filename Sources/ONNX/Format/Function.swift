/// An operation that is made of others: `FunctionProto`.
///
/// A runtime that has this operation computes it its own way; any other one takes what it is made of.
package struct Function: Sendable {
  /// Those that it belongs to.
  let operators: OperatorSet
  let name: String
  let inputs: [String]
  let output: String
  /// The names of its attributes, which its operations refer to by ``AttributeValue/parameter(_:_:)``.
  let attributes: [String]
  let nodes: [Node]

  var message: ProtobufMessage {
    var message = ProtobufMessage()
    message.text(1, name)
    for input in inputs { message.text(4, input) }
    message.text(5, output)
    for attribute in attributes { message.text(6, attribute) }
    for node in nodes { message.message(7, node.message) }
    message.message(9, OperatorSet.standard.message)
    message.text(10, operators.domain)
    return message
  }
}
