internal import HTTPTypes
internal import JSON

/// Why a request wasn't answered, as a machine reads it.
///
/// - SeeAlso: RFC 9457; `errors` with `pointer` as in its section 3.
struct ProblemDocument: Error, Sendable {
  /// The kinds of problems; docs/serve.md says what each means.
  enum Kind: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case malformedJSON = "malformed-json"
    case invalidField = "invalid-field"
    case tooLarge = "too-large"
    case notFound = "not-found"
    case wrongMethod = "wrong-method"
    case slowRequest = "slow-request"
    case overloaded
    case tooSlow = "too-slow"
    case failed

    var title: String {
      switch self {
      case .malformedRequest: "The request is no HTTP"
      case .malformedJSON: "The body is no JSON"
      case .invalidField: "A member of the body is not what is expected"
      case .tooLarge: "More than this server takes at once"
      case .notFound: "There is nothing at this path"
      case .wrongMethod: "This path has other methods"
      case .slowRequest: "The request took too long to arrive"
      case .overloaded: "Too much waits already"
      case .tooSlow: "The answer took too long"
      case .failed: "The server failed"
      }
    }
  }

  var kind: Kind
  var status: HTTPResponse.Status
  var detail: String
  /// Where in the body: a JSON pointer's parts; nil where it isn't about a place.
  var path: [String]?
  /// What else the head says, such as when to ask again.
  var headers: HTTPFields = [:]
  /// Whether what else comes on this connection can't be understood, or isn't wanted.
  var closes = false

  static let contentType = "application/problem+json"

  static func field(_ path: [String], _ detail: String) -> ProblemDocument {
    ProblemDocument(kind: .invalidField, status: .unprocessableContent, detail: detail, path: path)
  }

  static func tooLarge(_ path: [String]?, _ detail: String, closes: Bool = false) -> ProblemDocument {
    ProblemDocument(kind: .tooLarge, status: .contentTooLarge, detail: detail, path: path, closes: closes)
  }

  /// With the moment at which to ask again.
  static func unavailable(_ kind: Kind, _ detail: String, retryAfter seconds: Int) -> ProblemDocument {
    ProblemDocument(
      kind: kind, status: .serviceUnavailable, detail: detail, headers: [.retryAfter: "\(max(1, seconds))"])
  }

  /// A JSON pointer as the fragment of a URI (RFC 6901, section 6).
  var pointer: String? {
    path.map { parts in
      "#"
        + parts.map { part in
          "/" + Self.percentEncoded(part.replacing("~", with: "~0").replacing("/", with: "~1"))
        }.joined()
    }
  }

  private static func percentEncoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return encoded
  }

  var json: String {
    var members = [
      JSONMember("type", .string("urn:problem-type:espalier:\(kind.rawValue)")),
      JSONMember("title", .string(kind.title)),
      JSONMember("status", .number("\(status.code)")), JSONMember("detail", .string(detail)),
    ]
    if let pointer {
      let error = [JSONMember("detail", .string(detail)), JSONMember("pointer", .string(pointer))]
      members.append(JSONMember("errors", .array([.object(error)])))
    }
    return JSONValue.object(members).compact
  }

  /// The fields of the head, but for the length.
  var headerFields: HTTPFields {
    var fields = headers
    fields[.contentType] = Self.contentType
    if closes { fields[.connection] = "close" }
    return fields
  }
}
