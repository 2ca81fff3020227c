extension JSONText {
  /// Reads one JSON value from bytes that are UTF-8; only white space may follow it.
  ///
  /// - SeeAlso: RFC 8259.
  init(parsing bytes: ArraySlice<UInt8>) throws(JSONTextError) {
    var reader = JSONTextReader(bytes: bytes, position: bytes.startIndex)
    self = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.byte == nil else { throw reader.failure("expected the end, found \(reader.found)") }
  }

  /// Reads a whole file.
  init(_ file: TextFile) throws(TextError) {
    try self.init(file.bytes[...], in: file, line: nil)
  }

  /// Reads a part of a file, or one line of it, with errors that tell the place in the file.
  init(_ bytes: ArraySlice<UInt8>, in file: TextFile, line: Int?) throws(TextError) {
    do {
      try self.init(parsing: bytes)
    } catch {
      let line = line ?? file.bytes[..<min(error.offset, file.bytes.count)].count { $0 == UInt8(ascii: "\n") } + 1
      throw .malformedJSON(
        path: file.path, line: line, byteOffset: error.offset + file.skipped, reason: error.reason)
    }
  }
}

private struct JSONTextReader {
  static let deepest = 64

  let bytes: ArraySlice<UInt8>
  var position: Int

  var byte: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  var found: String {
    guard let byte else { return "the end" }
    return byte >= 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
  }

  func failure(_ reason: String, at offset: Int? = nil) -> JSONTextError {
    JSONTextError(offset: offset ?? position, reason: reason)
  }

  mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  mutating func take(_ expected: Unicode.Scalar) -> Bool {
    guard byte == UInt8(ascii: expected) else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) throws(JSONTextError) -> JSONText {
    guard depth <= Self.deepest else { throw failure("more than \(Self.deepest) levels of nesting") }
    skipSpace()
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): return .number(try number())
    default: throw failure("expected a value, found \(found)")
    }
  }

  mutating func word(_ word: StaticString, _ value: JSONText) throws(JSONTextError) -> JSONText {
    let start = position
    for expected in word.description.unicodeScalars {
      guard take(expected) else { throw failure("expected '\(word)'", at: start) }
    }
    return value
  }

  mutating func object(depth: Int) throws(JSONTextError) -> JSONText {
    position += 1
    var members: [JSONText.Member] = []
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard byte == UInt8(ascii: "\"") else { throw failure("expected a name in quotes, found \(found)") }
      let name = try string()
      skipSpace()
      guard take(":") else { throw failure("expected ':', found \(found)") }
      members.append(JSONText.Member(name: name, value: try value(depth: depth + 1)))
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw failure("expected ',' or '}', found \(found)") }
    }
  }

  mutating func array(depth: Int) throws(JSONTextError) -> JSONText {
    position += 1
    var elements: [JSONText] = []
    skipSpace()
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw failure("expected ',' or ']', found \(found)") }
    }
  }

  mutating func digits() throws(JSONTextError) {
    guard let first = byte, isDigit(first) else { throw failure("expected a digit, found \(found)") }
    while let next = byte, isDigit(next) { position += 1 }
  }

  func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  mutating func number() throws(JSONTextError) -> String {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  mutating func string() throws(JSONTextError) -> [UInt8] {
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return text
      case UInt8(ascii: "\\"):
        try escape(into: &text)
      case 0..<0x20:
        throw failure("a control character, byte \(byte), must be escaped in a string")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw failure("this string has no end", at: start)
  }

  mutating func escape(into text: inout [UInt8]) throws(JSONTextError) {
    let start = position
    position += 1
    guard let byte else { throw failure("this string has no end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var value = try unit()
      if value >= 0xD800, value < 0xDC00, take("\\"), take("u") {
        let low = try unit()
        guard low >= 0xDC00, low < 0xE000 else { throw failure("half a surrogate pair", at: start) }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else { throw failure("half a surrogate pair", at: start) }
      text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default:
      throw failure("unknown escape", at: start)
    }
  }

  /// The four hexadecimal digits of `\u`.
  mutating func unit() throws(JSONTextError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw failure("expected four hexadecimal digits, found \(found)")
      }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }
}
