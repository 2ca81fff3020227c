/// The bytes of a tensor, of a number that is known, made when their turn comes: one tensor is in memory at a time.
package struct TensorBytes: Sendable {
  /// Takes the next bytes.
  package typealias Sink = (RawSpan) throws -> Void

  package let count: Int
  private let provide: @Sendable (Sink) throws -> Void

  /// - Parameter provide: hands over `count` bytes, little-endian, in one or more pieces.
  package init(count: Int, provide: @escaping @Sendable (Sink) throws -> Void) {
    self.count = count
    self.provide = provide
  }

  /// Bytes that are at hand.
  package init(_ bytes: [UInt8]) {
    self.init(count: bytes.count) { sink in try sink(bytes.span.bytes) }
  }

  /// Numbers that are at hand.
  package init(floats: [Float]) {
    self.init(count: 4 * floats.count) { sink in try sink(floats.span.bytes) }
  }

  /// Numbers that are at hand.
  package init(integers: [Int64]) {
    self.init(count: 8 * integers.count) { sink in try sink(integers.span.bytes) }
  }

  func write(_ sink: Sink) throws {
    var written = 0
    try provide { bytes in
      written += bytes.byteCount
      try sink(bytes)
    }
    // The length stands in the file already.
    precondition(written == count, "\(count) bytes were announced, \(written) came")
  }
}
