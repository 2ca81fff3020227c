/// Operations in an order in which they can be computed, with their constants: `GraphProto`.
package struct Graph: Sendable {
  package let name: String
  package let nodes: [Node]
  package let initializers: [Initializer]
  package let inputs: [ValueInfo]
  package let outputs: [ValueInfo]
  /// What those operations mean that aren't ONNX's own; part of the file, beside the graph.
  package let functions: [Function]

  /// - Parameter location: where the data of an initializer stand.
  func message(_ location: (Initializer) -> Initializer.Location) -> ProtobufMessage {
    var message = ProtobufMessage()
    for node in nodes { message.message(1, node.message) }
    message.text(2, name)
    for initializer in initializers { message.message(5, initializer.message(location(initializer))) }
    for input in inputs { message.message(11, input.message) }
    for output in outputs { message.message(12, output.message) }
    return message
  }
}

/// The type and shape of an input or output: `ValueInfoProto`.
package struct ValueInfo: Sendable {
  package enum Extent: Sendable {
    case size(Int)
    /// Another one in each call.
    case named(String)
  }

  package let name: String
  package let type: ElementType
  package let shape: [Extent]

  var message: ProtobufMessage {
    var extents = ProtobufMessage()
    for extent in shape {
      var dimension = ProtobufMessage()
      switch extent {
      case .size(let size): dimension.integer(1, size)
      case .named(let name): dimension.text(2, name)
      }
      extents.message(1, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.integer(1, type.rawValue)
    tensor.message(2, extents)
    var typed = ProtobufMessage()
    typed.message(1, tensor)
    var message = ProtobufMessage()
    message.text(1, name)
    message.message(2, typed)
    return message
  }
}
