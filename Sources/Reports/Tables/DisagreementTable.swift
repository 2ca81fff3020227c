/// The rows on which variants disagree, as a table.
enum DisagreementTable {
  static func table(
    _ found: Disagreements, _ results: ShowdownResults, _ words: some Phrases
  ) -> DataTable {
    let hasSentences = found.rows.contains { $0.sentence != nil }
    let names = found.variants.map { name in results.variants.first { $0.name == name }?.shownTitle ?? name }
    return DataTable(
      columns: [.number(words.row)] + (hasSentences ? [.text(words.sentence)] : [])
        + [.text(words.trueClass), .text(words.right), .text(words.wrong)],
      rows: found.rows.map { row in
        // A ragged row out of a file must not break the table.
        let said = Array(zip(names, row.predictions))
        let right = said.filter { $0.1 == row.label }.map(\.0)
        return [NumberText.grouped(row.row)] + (hasSentences ? [row.sentence ?? NumberText.missing] : [])
          + [
            className(row.label, results), list(right, words), wrong(said.filter { $0.1 != row.label }, results, words),
          ]
      })
  }

  /// Names, and with more than two classes what they said instead.
  private static func wrong(
    _ said: [(String, Int)], _ results: ShowdownResults, _ words: some Phrases
  ) -> String {
    let isBinary = (results.dataset?.labels?.count ?? 2) == 2
    return list(said.map { isBinary ? $0.0 : "\($0.0) (\(className($0.1, results)))" }, words)
  }

  private static func list(_ names: [String], _ words: some Phrases) -> String {
    names.isEmpty ? "—" : names.joined(separator: words.groupSeparator)
  }

  private static func className(_ label: Int, _ results: ShowdownResults) -> String {
    results.dataset?.labels.flatMap { $0.indices.contains(label) ? $0[label] : nil } ?? String(label)
  }
}
