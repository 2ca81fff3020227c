/// A JSON text as a tree that keeps what a rewrite must not lose: the order of members and the digits of numbers.
///
/// Stricter than most readers, since a checkpoint with two tensors of one name must be refused: duplicate names in an
/// object are an error, and so is anything but white space after the value. Values nest at most 64 deep.
///
/// - SeeAlso: RFC 8259.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// The digits as they stand in the file.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  /// The value of a member, or nil if this is no object or has none of that name.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == key }?.value
  }

  /// A short text for messages: the value itself if it is small, else its kind.
  package var evidence: String {
    switch self {
    case .null, .bool, .number: compact
    case .string(let text): text.utf8.count <= 60 ? compact : "a string of \(text.utf8.count) bytes"
    case .array(let elements): elements.count <= 4 ? compact : "an array of \(elements.count)"
    case .object(let members): members.isEmpty ? "{}" : "an object of \(members.count)"
    }
  }

  /// The number as an integer: digits only, or a float without fraction such as 12.0.
  package var integer: Int? {
    guard case .number(let digits) = self else { return nil }
    return Int(digits) ?? Double(digits).flatMap { Int(exactly: $0) }
  }

  package var double: Double? {
    guard case .number(let digits) = self, let value = Double(digits), value.isFinite else { return nil }
    return value
  }

  package var text: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }
}

/// One name and its value.
package struct JSONMember: Equatable, Sendable {
  package var name: String
  package var value: JSONValue

  package init(_ name: String, _ value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// Where and why a text is not JSON.
package struct JSONError: Error, Equatable, Sendable {
  /// In bytes from the start of the text.
  package let offset: Int
  package let reason: String
}

extension JSONValue {
  /// The text with two spaces of indentation, as Hugging Face writes config.json, without a final line feed.
  package func formatted(indentation: Int = 0) -> String {
    let inner = String(repeating: "  ", count: indentation + 1)
    let outer = String(repeating: "  ", count: indentation)
    switch self {
    case .array(let elements) where !elements.isEmpty:
      let lines = elements.map { inner + $0.formatted(indentation: indentation + 1) }
      return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
    case .object(let members) where !members.isEmpty:
      let lines = members.map { member in
        inner + Self.quoted(member.name) + ": " + member.value.formatted(indentation: indentation + 1)
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
    default: return compact
    }
  }

  /// The text without white space.
  package var compact: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let digits): digits
    case .string(let text): Self.quoted(text)
    case .array(let elements): "[" + elements.map(\.compact).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { Self.quoted($0.name) + ":" + $0.value.compact }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
