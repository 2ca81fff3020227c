import ArgumentParser
import Text

/// How sentences stand in a file.
enum RowFormat: String, CaseIterable, ExpressibleByArgument {
  /// One a line.
  case lines
  /// JSON strings, one a line.
  case json
  case tsv, csv, jsonl

  /// That of a file with columns or members; nil where a row is a sentence.
  var container: ExampleFormat.Container? { ExampleFormat.Container(rawValue: rawValue) }

  /// What the name of a file says, compressed or not.
  init(path: String) {
    var parts = path.lowercased().split(separator: ".")
    if let last = parts.last, ["gz", "zst"].contains(last) { parts.removeLast() }
    let named = parts.last.flatMap { ExampleFormat.Container(rawValue: String($0)) }
    self = named.flatMap { RowFormat(rawValue: $0.rawValue) } ?? .lines
  }
}
