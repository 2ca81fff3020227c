/// A tensor of constants: `TensorProto`.
package struct Initializer: Sendable {
  package let name: String
  package let type: ElementType
  package let shape: [Int]
  package let data: TensorBytes

  /// - Precondition: `data` are as many bytes as type and shape take.
  package init(_ name: String, _ type: ElementType, _ shape: [Int], _ data: TensorBytes) {
    let expected = type.byteCount(shape.reduce(1, *))
    precondition(data.count == expected, "\(name): \(shape) of \(type) are \(expected) bytes, not \(data.count)")
    self.name = name
    self.type = type
    self.shape = shape
    self.data = data
  }

  /// Where the data stand: in the message, or in a file beside it from a byte on.
  enum Location {
    case here
    case file(name: String, offset: Int)
  }

  func message(_ location: Location) -> ProtobufMessage {
    var message = ProtobufMessage()
    for extent in shape { message.integer(1, extent) }
    message.integer(2, type.rawValue)
    message.text(8, name)
    switch location {
    case .here: message.data(9, data)
    case .file(let file, let offset):
      for (key, value) in [("location", file), ("offset", "\(offset)"), ("length", "\(data.count)")] {
        var entry = ProtobufMessage()
        entry.text(1, key)
        entry.text(2, value)
        message.message(13, entry)
      }
      message.integer(14, 1)  // data_location: EXTERNAL
    }
    return message
  }
}
