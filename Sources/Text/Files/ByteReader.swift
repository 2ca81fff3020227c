/// Bytes one after the other, and lines of them.
struct ByteReader {
  private let source: any ByteSource
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  /// Bytes that were taken before those of the buffer.
  private var before = 0

  var path: String { source.path }
  /// Where the next byte stands in what the source gives.
  var offset: Int { before + position }

  init(_ source: any ByteSource) throws(TextError) {
    self.source = source
    // A mark of the byte order is no text.
    while buffer.count < 3, !isAtEnd { try fill() }
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  private mutating func fill() throws(TextError) {
    let more = try source.next()
    if more.isEmpty {
      isAtEnd = true
    } else {
      buffer.removeFirst(position)
      before += position
      position = 0
      buffer += more
    }
  }

  /// The next byte, nil at the end.
  mutating func next() throws(TextError) -> UInt8? {
    while position == buffer.count {
      if isAtEnd { return nil }
      try fill()
    }
    defer { position += 1 }
    return buffer[position]
  }

  /// The next byte, left where it is.
  mutating func peek() throws(TextError) -> UInt8? {
    while position == buffer.count {
      if isAtEnd { return nil }
      try fill()
    }
    return buffer[position]
  }

  /// Whether the next line, or the end, is there without waiting for the source.
  mutating func hasLine() throws(TextError) -> Bool {
    var searched = position
    while true {
      if isAtEnd || buffer[searched...].contains(UInt8(ascii: "\n")) { return true }
      guard source.isReady else { return false }
      let unended = buffer.count - position
      try fill()
      searched = position + unended
    }
  }

  /// The bytes up to the next line feed, without it and a carriage return before it; nil at the end. Only those end a line:
  /// U+2028 and the like belong to the text.
  mutating func line() throws(TextError) -> ArraySlice<UInt8>? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { position = end + 1 }
        return Self.withoutReturn(buffer[position..<end])
      }
      if isAtEnd {
        guard position < buffer.count else { return nil }
        defer { position = buffer.count }
        return Self.withoutReturn(buffer[position...])
      }
      let unended = buffer.count - position
      try fill()
      searched = position + unended
    }
  }

  private static func withoutReturn(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    line.last == UInt8(ascii: "\r") ? line.dropLast() : line
  }
}
