/// The name of a variant that the pipeline makes, by parts.
struct StandardTitle: Equatable, Sendable {
  enum Origin: String, CaseIterable, Sendable {
    case baseline, pruned
    case longer = "unpruned-longer"
    case top = "pruned-top"
    case random = "pruned-random"
  }

  enum Format: String, CaseIterable, Sendable {
    case fp32, fp16, int4, mixed
    case int8Dynamic = "int8-ptq-dynamic"
    case int8Static = "int8-ptq"
    case int8QAT = "int8-qat"
    case int4QAT = "int4-qat"
  }

  let origin: Origin
  /// Nil where it has the format that it was trained in.
  let format: Format?

  /// Nil for the name of a directory that the pipeline doesn't make.
  init?(name: String) {
    for origin in Origin.allCases {
      if name == origin.rawValue {
        self.origin = origin
        format = nil
        return
      }
      if name.hasPrefix(origin.rawValue + "-"),
        let found = Format(rawValue: String(name.dropFirst(origin.rawValue.count + 1)))
      {
        self.origin = origin
        format = found
        return
      }
    }
    return nil
  }

  func text(_ words: some StandardWords) -> String {
    guard let format else { return words.origin(origin) }
    return words.title(origin: words.origin(origin), format: words.format(format))
  }
}
