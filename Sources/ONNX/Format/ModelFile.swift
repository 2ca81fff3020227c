import Compute
package import FoundationEssentials

/// A graph as a file, `ModelProto`; where that would be too large for a message, with the long tensors in a file beside it.
package struct ModelFile: Sendable {
  /// Protocol Buffers count the bytes of a message in 31 bits.
  package static let largestMessage = Int(Int32.max)
  /// Of the format, as of ONNX 1.16: the first that has tensors of four bits.
  static let irVersion = 10
  /// Of tensors in the file beside it, so that they can be mapped from it.
  private static let alignment = 4096
  /// What is shorter stays in the message.
  private static let shortestExternal = 1024

  private let graph: Graph
  private let producer: (name: String, version: String)

  package init(_ graph: Graph, producerVersion: String) {
    self.graph = graph
    producer = ("espalier", producerVersion)
  }

  /// The file beside `model.onnx` is `model.onnx_data`.
  static func dataURL(_ url: URL) -> URL {
    url.deletingLastPathComponent().appending(path: url.lastPathComponent + "_data")
  }

  /// Writes the file, whole or not at all. Tensors beside it come first: a graph that is there has them.
  ///
  /// - Parameter largestMessage: how many bytes the file may have before its tensors go beside it.
  /// - Throws: `FileError`, and what those throw that make the data.
  package func write(to url: URL, largestMessage: Int = Self.largestMessage) throws {
    let whole = message { _ in .here }
    guard whole.byteCount > largestMessage else { return try Self.write(whole, to: url) }
    let dataURL = Self.dataURL(url)
    let offsets = try writeTensors(to: dataURL)
    do {
      try Self.write(
        message { tensor in
          offsets[tensor.name].map { .file(name: dataURL.lastPathComponent, offset: $0) } ?? .here
        }, to: url)
    } catch {
      try? FileManager.default.removeItem(at: dataURL)
      throw error
    }
  }

  private static func write(_ message: ProtobufMessage, to url: URL) throws {
    try AtomicFile.write(to: url) { file in try message.write { try file.write($0) } }
  }

  /// - Returns: where each tensor begins, by its name.
  private func writeTensors(to url: URL) throws -> [String: Int] {
    var offsets: [String: Int] = [:]
    try AtomicFile.write(to: url) { file in
      var end = 0
      for tensor in graph.initializers where tensor.data.count >= Self.shortestExternal {
        let padding = (Self.alignment - end % Self.alignment) % Self.alignment
        try file.write([UInt8](repeating: 0, count: padding))
        offsets[tensor.name] = end + padding
        end += padding + tensor.data.count
        try tensor.data.write { try file.write($0) }
      }
    }
    return offsets
  }

  private func message(_ location: (Initializer) -> Initializer.Location) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.integer(1, Self.irVersion)
    message.text(2, producer.name)
    message.text(3, producer.version)
    message.message(7, graph.message(location))
    message.message(8, OperatorSet.standard.message)
    for function in graph.functions { message.message(8, function.operators.message) }
    for function in graph.functions { message.message(25, function.message) }
    return message
  }
}
