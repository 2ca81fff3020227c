/// A JSON text as a tree that keeps what a rewrite must not lose: the order of members and the digits of numbers.
///
/// Swift compares strings by canonical equivalence, by which tokens that differ could fall together: compare the `utf8`
/// of names and texts where that matters.
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

  /// The value of a member, the last one if the name stands there twice (as Python reads it); nil if there is none.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == key }?.value
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

  package var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  package var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
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
