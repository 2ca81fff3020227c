/// A message of Protocol Buffers in its wire format, whose long parts are made while it is written.
///
/// A field is a key, `number << 3 | wire type`, and a value: a varint (type 0), four bytes (5), or a length and so many bytes
/// (2). The length of a message stands before it, so it is known before anything is written.
///
/// - SeeAlso: https://protobuf.dev/programming-guides/encoding
package struct ProtobufMessage: Sendable {
  private enum WireType: UInt64 {
    case varint = 0
    case lengthDelimited = 2
    case fourBytes = 5
  }

  private enum Part: Sendable {
    case bytes([UInt8])
    case data(TensorBytes)
  }

  /// The length of the encoded message.
  package private(set) var byteCount = 0
  private var parts: [Part] = []
  /// What comes after ``parts``: short fields are gathered.
  private var tail: [UInt8] = []

  package init() {}

  /// A field of an integer or enumeration. Negative ones take ten bytes, as int64 has it.
  package mutating func integer(_ field: UInt64, _ value: Int) {
    key(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// A field of `float`.
  package mutating func float(_ field: UInt64, _ value: Float) {
    key(field, .fourBytes)
    append(withUnsafeBytes(of: value.bitPattern.littleEndian) { [UInt8]($0) })
  }

  /// A field of `string`, in UTF-8.
  package mutating func text(_ field: UInt64, _ value: String) { bytes(field, Array(value.utf8)) }

  /// A field of `bytes`.
  package mutating func bytes(_ field: UInt64, _ value: [UInt8]) {
    key(field, .lengthDelimited)
    varint(UInt64(value.count))
    append(value)
  }

  /// A field of `bytes` that are made when the message is written.
  package mutating func data(_ field: UInt64, _ value: TensorBytes) {
    key(field, .lengthDelimited)
    varint(UInt64(value.count))
    append(value)
  }

  /// A field of another message.
  package mutating func message(_ field: UInt64, _ value: ProtobufMessage) {
    key(field, .lengthDelimited)
    varint(UInt64(value.byteCount))
    for part in value.parts {
      switch part {
      case .bytes(let bytes): append(bytes)
      case .data(let data): append(data)
      }
    }
    append(value.tail)
  }

  /// Hands over the message, piece by piece.
  ///
  /// - Throws: what the sink throws, and what those throw that make the data.
  package func write(_ sink: TensorBytes.Sink) throws {
    for part in parts {
      switch part {
      case .bytes(let bytes): try sink(bytes.span.bytes)
      case .data(let data): try data.write(sink)
      }
    }
    try sink(tail.span.bytes)
  }

  private mutating func key(_ field: UInt64, _ type: WireType) { varint(field << 3 | type.rawValue) }

  /// Seven bits a byte, the lowest first; the highest bit of a byte says that another follows.
  private mutating func varint(_ value: UInt64) {
    var bytes: [UInt8] = []
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
    append(bytes)
  }

  private mutating func append(_ bytes: [UInt8]) {
    tail += bytes
    byteCount += bytes.count
  }

  private mutating func append(_ data: TensorBytes) {
    if !tail.isEmpty { parts.append(.bytes(tail)) }
    tail = []
    parts.append(.data(data))
    byteCount += data.count
  }
}
