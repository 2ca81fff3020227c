/// What is to be said of a text.
public enum Target: Equatable, Sendable {
  /// A class, from 0.
  case label(Int)
  /// A number, such as how alike two sentences are.
  case number(Double)
  /// The classes that apply, ascending; none, one or several.
  case labels([Int])
}

/// Which kind of target a task has. The names are those of `problem_type` in a Hugging Face `config.json`.
public enum TargetKind: String, CaseIterable, Sendable, Codable {
  case singleLabel = "single_label_classification"
  case regression
  case multiLabel = "multi_label_classification"
}
