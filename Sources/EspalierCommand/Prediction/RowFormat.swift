import ArgumentParser

/// How sentences stand in a file.
enum RowFormat: String, CaseIterable, ExpressibleByArgument {
  /// One a line.
  case lines
  /// JSON strings, one a line.
  case json
  /// A table, columns separated by tabs, their names in the first line.
  case tsv
  /// JSON objects, one a line.
  case jsonl

  /// What the name of a file says.
  init(path: String) {
    switch path.split(separator: ".").last?.lowercased() {
    case "tsv": self = .tsv
    case "jsonl": self = .jsonl
    default: self = .lines
    }
  }

  var hasColumns: Bool { self == .tsv || self == .jsonl }
}
