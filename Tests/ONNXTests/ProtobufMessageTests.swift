import ONNX
import Testing

/// The examples of the format's documentation, and what is written of it beyond them.
@Suite("Protocol Buffers") struct ProtobufMessageTests {
  private func encoded(_ fill: (inout ProtobufMessage) -> Void) throws -> [UInt8] {
    var message = ProtobufMessage()
    fill(&message)
    var bytes: [UInt8] = []
    try message.write { piece in piece.withUnsafeBytes { bytes += $0 } }
    #expect(message.byteCount == bytes.count)
    return bytes
  }

  @Test(
    "Integers are varints",
    arguments: [
      (0, [0x08, 0x00]), (1, [0x08, 0x01]), (127, [0x08, 0x7F]), (128, [0x08, 0x80, 0x01]), (150, [0x08, 0x96, 0x01]),
      (300, [0x08, 0xAC, 0x02]), (.max, [0x08] + [UInt8](repeating: 0xFF, count: 8) + [0x7F]),
      (-2, [0x08, 0xFE] + [UInt8](repeating: 0xFF, count: 8) + [0x01]),
    ] as [(Int, [UInt8])])
  func integers(_ value: Int, _ expected: [UInt8]) throws {
    #expect(try encoded { $0.integer(1, value) } == expected)
  }

  @Test func keysOfTwoBytes() throws {
    #expect(try encoded { $0.integer(20, 7) } == [0xA0, 0x01, 0x07])
  }

  @Test func floats() throws {
    #expect(try encoded { $0.float(2, 1.5) } == [0x15, 0x00, 0x00, 0xC0, 0x3F])
  }

  @Test func texts() throws {
    #expect(try encoded { $0.text(2, "testing") } == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
    #expect(try encoded { $0.text(2, "é") } == [0x12, 0x02, 0xC3, 0xA9])
    #expect(try encoded { $0.text(2, "") } == [0x12, 0x00])
  }

  @Test("A message in a message, with data in it that come late") func messages() throws {
    let data = TensorBytes(count: 3) { sink in
      for piece: [UInt8] in [[], [7, 8], [9]] { try sink(piece.span.bytes) }
    }
    var inner = ProtobufMessage()
    inner.integer(1, 150)
    inner.data(9, data)
    inner.text(8, "w")
    #expect(
      try encoded {
        $0.text(1, "a")
        $0.message(3, inner)
        $0.integer(2, 1)
      } == [0x0A, 1, 0x61, 0x1A, 11, 0x08, 0x96, 0x01, 0x4A, 3, 7, 8, 9, 0x42, 1, 0x77, 0x10, 0x01])
  }

  @Test("Lengths of two bytes") func long() throws {
    let bytes = try encoded { $0.bytes(1, [UInt8](repeating: 5, count: 200)) }
    #expect(Array(bytes.prefix(4)) == [0x0A, 0xC8, 0x01, 5])
    #expect(bytes.count == 203)
  }

  private struct Broken: Error {}

  @Test func errorsPass() {
    var message = ProtobufMessage()
    message.data(1, TensorBytes(count: 1) { _ in throw Broken() })
    #expect(throws: Broken.self) { try message.write { _ in } }
  }
}
