internal import Espalier
internal import JSON
internal import Text

/// What `/predict` is asked.
struct PredictRequest: Sendable {
  /// Whether one text was asked for by `text`, and one prediction is the answer.
  var isSingle: Bool
  var inputs: [PlainText]
  /// Nil for the first.
  var model: String?

  static let members = ["text", "pair", "texts", "pairs", "model"]

  /// - Throws: a ``ProblemDocument`` that points to the member at fault.
  init(_ json: JSONValue, limits: ServingLimits) throws(ProblemDocument) {
    guard case .object(let members) = json else {
      throw .field([], "expected an object such as {\"text\": \"a fine film\"}, found \(json.evidence)")
    }
    for member in members where !Self.members.contains(member.name) {
      throw .field([member.name], "expected one of \(Self.members.joined(separator: ", ")), found another member")
    }
    let sources = ["text", "texts", "pairs"].filter { json[$0] != nil }
    guard let source = sources.first else { throw .field([], "expected a member text, texts or pairs, found none") }
    guard sources.count == 1 else {
      throw .field([sources[1]], "expected one of text, texts and pairs, found \(sources.joined(separator: " and "))")
    }
    if json["pair"] != nil, source != "text" {
      throw .field(["pair"], "expected beside text alone, found beside \(source); pairs takes many")
    }
    switch json["model"] {
    case nil: model = nil
    case .string(let name)?: model = name
    case .some(let other): throw .field(["model"], "expected the name of a model, found \(other.evidence)")
    }
    isSingle = source == "text"
    let check = InputCheck(limits: limits)
    switch source {
    case "text":
      let text = try check.text(json["text"], at: ["text"])
      inputs = [PlainText(text, pair: json["pair"] == nil ? nil : try check.text(json["pair"], at: ["pair"]))]
    case "texts":
      inputs = []
      for (index, text) in try check.elements(json["texts"], at: ["texts"]).enumerated() {
        inputs.append(PlainText(try check.text(text, at: ["texts", "\(index)"])))
      }
    default:
      inputs = []
      for (index, pair) in try check.elements(json["pairs"], at: ["pairs"]).enumerated() {
        guard case .array(let texts) = pair, texts.count == 2 else {
          throw .field(["pairs", "\(index)"], "expected an array of two texts, found \(pair.evidence)")
        }
        inputs.append(
          PlainText(
            try check.text(texts[0], at: ["pairs", "\(index)", "0"]),
            pair: try check.text(texts[1], at: ["pairs", "\(index)", "1"])))
      }
    }
  }
}

/// Values of a request as what they have to be.
private struct InputCheck {
  let limits: ServingLimits

  func text(_ value: JSONValue?, at path: [String]) throws(ProblemDocument) -> String {
    guard case .string(let text)? = value else {
      throw .field(path, "expected a string, found \(value?.evidence ?? "none")")
    }
    guard text.utf8.count <= limits.textBytes else {
      throw .tooLarge(path, "expected at most \(limits.textBytes) bytes of UTF-8, found \(text.utf8.count)")
    }
    return text
  }

  func elements(_ value: JSONValue?, at path: [String]) throws(ProblemDocument) -> [JSONValue] {
    guard case .array(let elements)? = value else {
      throw .field(path, "expected an array, found \(value?.evidence ?? "none")")
    }
    guard elements.count <= limits.texts else {
      throw .tooLarge(path, "expected at most \(limits.texts) of them, found \(elements.count)")
    }
    return elements
  }
}
