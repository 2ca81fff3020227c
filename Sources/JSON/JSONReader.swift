extension JSONValue {
  /// Whether an object may hold a name twice.
  package enum DuplicateNames: Sendable {
    /// A checkpoint with two tensors of one name must not be read.
    case refused
    /// A vocabulary of some 30,000 names is read faster without the look.
    case kept
  }

  /// Reads one JSON value; only white space may follow it. Values nest at most 64 deep.
  ///
  /// - Throws: ``JSONError`` with the place, counted from the start of the slice.
  package init(parsing bytes: ArraySlice<UInt8>, duplicateNames: DuplicateNames = .refused) throws(JSONError) {
    var reader = JSONReader(bytes: bytes, duplicateNames: duplicateNames)
    self = try reader.document()
  }
}

/// A recursive-descent reader of RFC 8259 over bytes.
struct JSONReader {
  static let deepest = 64

  private let bytes: ArraySlice<UInt8>
  private let duplicateNames: JSONValue.DuplicateNames
  private var position: Int

  init(bytes: ArraySlice<UInt8>, duplicateNames: JSONValue.DuplicateNames) {
    self.bytes = bytes
    self.duplicateNames = duplicateNames
    position = bytes.startIndex
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.endIndex else { throw failure("expected the end of the text, found \(found)") }
    return value
  }

  private var byte: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private var found: String {
    guard let byte else { return "the end of the text" }
    return byte >= 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
  }

  private func failure(_ reason: String, at offset: Int? = nil) -> JSONError {
    JSONError(offset: (offset ?? position) - bytes.startIndex, reason: reason)
  }

  private mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ expected: UInt8) -> Bool {
    guard byte == expected else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Self.deepest else { throw failure("more than \(Self.deepest) levels of nesting") }
    skipSpace()
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(let byte) where byte == UInt8(ascii: "-") || isDigit(byte): return .number(try number())
    default: throw failure("expected a value, found \(found)")
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let start = position
    for expected in word.utf8 {
      guard take(expected) else { throw failure("expected '\(word)'", at: start) }
    }
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var members: [JSONMember] = []
    var names: Set<String> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      let start = position
      guard byte == UInt8(ascii: "\"") else { throw failure("expected a name in quotes, found \(found)") }
      let name = try string()
      if duplicateNames == .refused, !names.insert(name).inserted {
        throw failure("the name \"\(name)\" stands here twice", at: start)
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw failure("expected ':', found \(found)") }
      members.append(JSONMember(name, try value(depth: depth + 1)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw failure("expected ',' or '}', found \(found)") }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw failure("expected ',' or ']', found \(found)") }
    }
  }

  private mutating func digits() throws(JSONError) {
    guard let byte, isDigit(byte) else { throw failure("expected a digit, found \(found)") }
    while let byte = self.byte, isDigit(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private mutating func number() throws(JSONError) -> String {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var text = ""
    var plain = position
    func part() throws(JSONError) -> String {
      guard let part = String(validating: bytes[plain..<position], as: UTF8.self) else {
        throw failure("the string is not valid UTF-8", at: start)
      }
      return part
    }
    while let byte {
      switch byte {
      case UInt8(ascii: "\""):
        text += try part()
        position += 1
        return text
      case UInt8(ascii: "\\"):
        text += try part()
        position += 1
        text.unicodeScalars.append(try escape())
        plain = position
      case 0..<0x20:
        throw failure("a control character in a string must be escaped, found \(found)")
      default:
        position += 1
      }
    }
    throw failure("the string that starts here has no end", at: start)
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    guard let byte else { throw failure("expected an escape, found the end of the text") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure("unknown escape", at: position - 2)
    }
  }

  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = position - 2
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // A surrogate: only a high one followed by a low one makes a character.
    guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw failure("half of a surrogate pair", at: start)
    }
    let second = try fourDigits()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw failure("half of a surrogate pair", at: start) }
    return scalar
  }

  private mutating func fourDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw failure("expected a hexadecimal digit, found \(found)")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
