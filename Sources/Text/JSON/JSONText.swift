/// A JSON value whose strings are UTF-8 bytes.
///
/// Swift compares strings by canonical equivalence, by which tokens that differ could fall together; bytes do not.
enum JSONText: Equatable, Sendable {
  case null
  case bool(Bool)
  /// As it is written, `-0.5e3`.
  case number(String)
  case string([UInt8])
  case array([JSONText])
  case object([Member])

  struct Member: Equatable, Sendable {
    var name: [UInt8]
    var value: JSONText
  }

  /// The value of a member, the last one if the name stands there twice (as Python reads it); nil if there is none.
  subscript(_ name: String) -> JSONText? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name.elementsEqual(name.utf8) }?.value
  }

  var string: String? {
    guard case .string(let bytes) = self else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  var integer: Int? {
    guard case .number(let digits) = self else { return nil }
    return Int(digits)
  }

  var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  var elements: [JSONText]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// For messages: the value itself if it is short, else its kind.
  var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let digits): digits
    case .string(let bytes): "\"\(String(decoding: bytes.prefix(60), as: UTF8.self))\""
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// Why a text is no JSON; `offset` is in bytes from its start.
struct JSONTextError: Error, Equatable {
  let offset: Int
  let reason: String
}
