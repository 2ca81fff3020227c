extension ShowdownResults {
  /// The text of `results.md`: the verdict, the study's table, the fuller ones, and where they come from.
  public func markdown(margin: Double = Verdict.standardMargin) -> String {
    var parts = ["# " + DataTable.escapedMarkdown(title)]
    parts += Verdict(self, margin: margin).sentences.map(DataTable.escapedMarkdown)
    parts.append("## Results\n\n" + ResultTables.study(self).markdown)
    parts.append(DataTable.escapedMarkdown(MethodNotes.units(self)))
    parts.append("## Comparison\n\n" + ResultTables.overview(self).markdown)
    parts.append(MethodNotes.comparison(self).map(DataTable.escapedMarkdown).joined(separator: " "))
    parts.append("## Classification\n\n" + ResultTables.classification(self).markdown)
    if let pairs = ResultTables.pairs(self) { parts.append("## Row by row against the baseline\n\n" + pairs.markdown) }
    if let trained = ResultTables.quantizationTraining(self) {
      parts.append("## \(ResultTables.quantizationTrainingTitle)\n\n" + trained.markdown)
    }
    for mixed in ResultTables.mixedFormats(self) {
      parts += [
        "## " + DataTable.escapedMarkdown(mixed.title), DataTable.escapedMarkdown(mixed.note), mixed.table.markdown,
      ]
    }
    parts.append("## Speed\n\n" + ResultTables.speed(self).markdown)
    for figure in ReportFigures(self).all where figure.name == "sensitivity" || figure.name == "depth" {
      parts.append("## \(figure.title)\n\n" + figure.table.markdown)
    }
    if let splits, !splits.isEmpty {
      parts.append("## What chose what\n\n" + MethodNotes.splitTable(splits).markdown)
    }
    let facts = (command.map { [(name: "Command", value: $0)] } ?? []) + MethodNotes.facts(self)
    if !facts.isEmpty {
      let rows = facts.map { [$0.name, $0.value] }
      parts.append("## Run\n\n" + DataTable(columns: [.text("What"), .text("Value")], rows: rows).markdown)
    }
    if let notes, !notes.isEmpty {
      parts.append("## Notes\n\n" + notes.map { "- " + DataTable.escapedMarkdown($0) }.joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n").replacingTripleBreaks() + "\n"
  }
}

extension String {
  /// Tables end in a line feed of their own; two blank lines in a row become one.
  fileprivate func replacingTripleBreaks() -> String {
    var result = ""
    var breaks = 0
    for character in self {
      breaks = character == "\n" ? breaks + 1 : 0
      if breaks <= 2 { result.append(character) }
    }
    while result.hasSuffix("\n") { result.removeLast() }
    return result
  }
}
