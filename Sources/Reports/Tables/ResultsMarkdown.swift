extension ShowdownResults {
  /// The text of `results.md`: the verdict, the study's table, the fuller ones, and where they come from.
  public func markdown(margin: Double = Verdict.standardMargin, language: Language = .english) -> String {
    let words = language.phrases(measure)
    return worded(words).markdown(margin: margin, words)
  }

  private func markdown(margin: Double, _ words: some Phrases) -> String {
    let tables = ResultTables(self, words), notes = MethodNotes(self, words), study = StudyTables(self, words)
    var parts = ["# " + DataTable.escapedMarkdown(title)]
    func add(_ title: String, _ table: DataTable?, notes: [String] = []) {
      guard let table else { return }
      parts.append("## " + DataTable.escapedMarkdown(title) + "\n\n" + table.markdown)
      if !notes.isEmpty {
        parts.append(notes.map(DataTable.escapedMarkdown).joined(separator: words.sentenceSeparator))
      }
    }
    parts += Verdict(worded: self, margin: margin, words).sentences.map(DataTable.escapedMarkdown)
    add(words.results, tables.study, notes: [notes.units] + study.absence)
    add(words.besideTheStudy, study.beside, notes: study.cautions)
    add(words.studysRows, study.rows)
    add(words.studysBatches, study.batches)
    add(words.comparison, tables.overview, notes: notes.comparison)
    if let otherSplit { add(words.onSplit(otherSplit.name), tables.otherSplit, notes: [words.otherSplitNote]) }
    if let seeds, seeds.count > 1 {
      add(words.overSeeds(seeds.count), tables.seeds, notes: tables.seedNotes)
    }
    add(words.classification, tables.classification)
    add(words.pairs, tables.pairs)
    add(words.quantizationTraining, tables.quantizationTraining)
    for mixed in tables.mixedFormats {
      parts += [
        "## " + DataTable.escapedMarkdown(mixed.title), DataTable.escapedMarkdown(mixed.note), mixed.table.markdown,
      ]
    }
    add(words.speed, tables.speed)
    let shown = ["sensitivity", "depth", "latency-length"]
    for figure in ReportFigures(self, words).all where shown.contains(figure.name) { add(figure.title, figure.table) }
    if let splits, !splits.isEmpty { add(words.whatChoseWhat, notes.splitTable(splits)) }
    add(words.run, notes.factTable)
    if let own = self.notes, !own.isEmpty {
      parts.append(
        "## \(words.notes)\n\n" + own.map { "- " + DataTable.escapedMarkdown($0) }.joined(separator: "\n"))
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
