import FoundationEssentials
import JSON

/// Hugging Face's `tokenizer.json`, read but not yet understood.
struct TokenizerJSON {
  let path: String
  let root: JSONValue

  init(_ url: URL) throws(TextError) {
    let file = try TextFile(url)
    path = file.path
    root = try file.json()
  }

  var reader: SettingsReader { SettingsReader(path: path) }

  /// What splits words: `WordPiece`, `BPE` or `Unigram`. Old files don't say it, but their keys do.
  var modelType: String? {
    let model = root["model"]
    if let type = model?["type"] { return type.text }
    if model?["merges"] != nil { return "BPE" }
    if model?["vocab"]?.elements != nil { return "Unigram" }
    return model?["vocab"] == nil ? nil : "WordPiece"
  }

  /// One step of a component, with its key for messages.
  struct Step {
    var type: String
    var value: JSONValue
    var key: String
  }

  /// The steps of a component, those of a `Sequence` one by one; none where it is null.
  ///
  /// - Parameter list: the key of a sequence's steps.
  func steps(_ component: String, list: String) throws(TextError) -> [Step] {
    var steps: [Step] = []
    func add(_ value: JSONValue?, _ key: String) throws(TextError) {
      guard let value, value != .null else { return }
      guard let type = value["type"]?.text else {
        throw reader.failure(value["type"], "\(key).type", expected: "a string")
      }
      guard type == "Sequence" else { return steps.append(Step(type: type, value: value, key: key)) }
      guard let elements = value[list]?.elements else {
        throw reader.failure(value[list], "\(key).\(list)", expected: "an array")
      }
      for (index, element) in elements.enumerated() { try add(element, "\(key).\(list)[\(index)]") }
    }
    try add(root[component], component)
    return steps
  }

  /// The error for a step that isn't supported.
  func unsupported(_ step: Step, expected: String) -> TextError {
    reader.failure(step.value["type"], "\(step.key).type", expected: expected)
  }
}
