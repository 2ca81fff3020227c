/// A GitHub table. The first `textColumns` columns are text, the others numbers, which stand at the right.
struct MarkdownTable {
  var titles: [String]
  var textColumns: Int
  var rows: [[String]] = []

  var lines: [String] {
    let marks = titles.indices.map { $0 < textColumns ? "---" : "---:" }
    return [titles, marks].map(Self.line) + rows.map { Self.line($0.map(Self.escaped)) }
  }

  private static func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

  /// Names of directories may hold anything.
  static func escaped(_ text: String) -> String {
    String(
      text.flatMap { character -> [Character] in
        switch character {
        case "|", "\\", "`", "<", "[", "]": ["\\", character]
        case _ where character.isNewline: [" "]
        default: [character]
        }
      })
  }
}
