/// `index.html`: everything in one file. It asks nothing of the network and forbids itself to; its one script sorts tables.
struct Page {
  /// In the language of `words`.
  let results: ShowdownResults
  let words: any Phrases
  let verdict: Verdict
  let figures: [Figure]

  private var tables: ResultTables { ResultTables(results, words) }
  private var notes: MethodNotes { MethodNotes(results, words) }
  private var study: StudyTables { StudyTables(results, words) }
  private static let comparisonID = "comparison"

  var html: String {
    let head = Markup.element(
      "head", [:],
      [
        .element("meta", ["charset": "utf-8"]),
        .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("meta", ["name": "color-scheme", "content": "light dark"]),
        .element("meta", ["http-equiv": "Content-Security-Policy", "content": Page.policy]),
        .element("title", [:], results.title), .style(PageStyle.sheet(recommended: words.recommended)),
      ])
    let skip = Markup.element("a", ["class": "skip", "href": "#\(Page.comparisonID)"], words.skipLink)
    let body = Markup.element(
      "body", [:], [skip, top, .element("main", [:], sections), footer, .script(PageScript.source)])
    let tag = words.language.tag
    return "<!DOCTYPE html>\n"
      + Markup.element(
        "html", ["lang": tag, "xml:lang": tag, "xmlns": "http://www.w3.org/1999/xhtml"], [head, body]
      ).source + "\n"
  }

  private static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

  private var sections: [Markup] {
    [verdictSection, comparison, otherSplit, studySection, seeds, figuresSection, detail, method, reproduction]
  }

  private var top: Markup {
    // The time of day stands below, among the facts.
    let day = results.date.map { String($0.prefix { $0 != "T" }) }
    let subject = [results.model, results.dataset?.name, day].compactMap { $0 }.joined(separator: " · ")
    return .element(
      "header", ["class": "top"],
      [
        .element("p", ["class": "kicker"], words.kicker), .element("h1", [:], results.title),
        .element("p", ["class": "lead"], subject),
      ])
  }

  private var verdictSection: Markup {
    .element(
      "section", ["class": "verdict", "aria-label": words.verdict],
      [.element("p", ["class": "kicker"], words.verdict)] + verdict.sentences.map { .element("p", [:], $0) })
  }

  private var comparison: Markup {
    var table = tables.overview
    if let row = results.variants.firstIndex(where: { $0.name == verdict.recommended }) {
      table.rowClasses[row] = (table.rowClasses[row] ?? "") + " recommended"
    }
    return .element(
      "section", ["id": Page.comparisonID, "tabindex": "-1"],
      [
        .element("h2", [:], words.comparison), table.html(caption: words.comparisonCaption, isSortable: true),
        list([notes.units] + notes.comparison + study.absence),
      ])
  }

  private var otherSplit: Markup {
    guard let name = results.otherSplit?.name, let table = tables.otherSplit else { return .empty }
    let title = words.onSplit(name)
    return .element(
      "section", [:],
      [.element("h2", [:], title), table.html(caption: title, isSortable: true), list([words.otherSplitNote])])
  }

  private var studySection: Markup {
    guard let beside = study.beside else { return .empty }
    var pieces: [Markup] = [
      .element("h2", [:], words.besideTheStudy), beside.html(caption: words.besideTheStudy, isSortable: true),
      list(study.cautions),
    ]
    for (title, table) in [(words.studysRows, study.rows), (words.studysBatches, study.batches)] {
      if let table { pieces.append(folded(title, table)) }
    }
    return .element("section", [:], pieces)
  }

  private var seeds: Markup {
    guard let seeds = results.seeds, seeds.count > 1, let table = tables.seeds else { return .empty }
    let title = words.overSeeds(seeds.count)
    return .element(
      "section", [:],
      [.element("h2", [:], title), table.html(caption: title, isSortable: true), list(tables.seedNotes)])
  }

  private func list(_ notes: [String]) -> Markup {
    .element("ul", ["class": "note"], notes.map { .element("li", [:], $0) })
  }

  private var figuresSection: Markup {
    guard !figures.isEmpty else { return .empty }
    let tag = words.language.tag
    let drawn = figures.map { figure in
      Markup.element(
        "figure", ["id": figure.name],
        [
          .element("h3", [:], figure.title),
          .element("div", ["class": "drawing"], [figure.inline(tag), figure.inlineNarrow(tag)]),
          .element("div", ["class": "numbers"], [figure.table.html(caption: figure.title)]),
          .element("figcaption", [:], figure.caption),
        ])
    }
    return .element(
      "section", [:], [.element("h2", [:], words.figures), .element("div", ["class": "figures"], drawn)])
  }

  private var detail: Markup {
    var pieces: [Markup] = [.element("h2", [:], words.allNumbers)]
    pieces += [
      folded(words.columnsOfTheStudy, tables.study), folded(words.classification, tables.classification),
      tables.pairs.map { folded(words.pairs, $0) } ?? .empty,
      tables.quantizationTraining.map { folded(words.quantizationTraining, $0) } ?? .empty,
    ]
    pieces += tables.mixedFormats.map { folded($0.title, $0.table, note: $0.note) }
    pieces.append(folded(words.speed, tables.speed))
    let matrices = results.variants.compactMap { variant -> Markup? in
      guard let counts = variant.confusion, !variant.hasRandomWeights else { return nil }
      return .element(
        "div", [:],
        [
          .element("h3", [:], variant.shownTitle),
          tables.confusion(counts).html(caption: words.confusionMatrix(of: variant.shownTitle)),
        ])
    }
    if !matrices.isEmpty {
      pieces.append(
        .element(
          "details", ["class": "wide"],
          [.element("summary", [:], words.confusionMatrices), .element("div", ["class": "matrices"], matrices)]))
    }
    pieces.append(disagreements)
    return .element("section", [:], pieces)
  }

  private func folded(_ title: String, _ table: DataTable, note: String? = nil) -> Markup {
    .element(
      "details", ["class": "wide"],
      [
        .element("summary", [:], title), table.html(caption: title, isSortable: true),
        note.map { .element("p", ["class": "note"], $0) } ?? .empty,
      ])
  }

  private var disagreements: Markup {
    guard let found = results.disagreements, found.count > 0, !results.variants.contains(where: { $0.hasRandomWeights })
    else { return .empty }
    let note = words.disagreementsNote(
      count: NumberText.grouped(found.count), split: results.reportedSplit,
      shown: found.rows.count < found.count ? NumberText.grouped(found.rows.count) : nil,
      hasSentences: found.rows.contains { $0.sentence != nil })
    return .element(
      "details", ["class": "wide disagreements"],
      [
        .element("summary", [:], words.disagreements), .element("p", ["class": "note"], note),
        DisagreementTable.table(found, results, words).html(caption: words.disagreementsCaption, isSortable: true),
      ])
  }

  private var method: Markup {
    var pieces: [Markup] = [.element("h2", [:], words.method)]
    if let splits = results.splits, !splits.isEmpty {
      pieces.append(.element("h3", [:], words.whatChoseWhat))
      pieces.append(notes.splitTable(splits).html(caption: words.splitsCaption))
    }
    if let own = results.notes, !own.isEmpty {
      pieces.append(.element("ul", [:], own.map { .element("li", [:], $0) }))
    }
    return pieces.count > 1 ? .element("section", [:], pieces) : .empty
  }

  private var reproduction: Markup {
    var pieces: [Markup] = [.element("h2", [:], words.howToReproduce)]
    if let command = results.command {
      pieces.append(.element("pre", ["tabindex": "0"], [.element("code", [:], command)]))
    }
    let facts = notes.facts
    if !facts.isEmpty {
      pieces.append(
        .element(
          "dl", ["class": "facts"],
          facts.flatMap { [.element("dt", [:], $0.name), .element("dd", [:], $0.value)] }))
    }
    if let files = results.dataset?.files, !files.isEmpty {
      let table = DataTable(
        columns: [.text(words.file), .number(words.rows), .text("SHA-256")],
        rows: files.map {
          [$0.name, $0.rows.map(NumberText.grouped) ?? NumberText.missing, $0.sha256 ?? NumberText.missing]
        })
      pieces.append(.element("h3", ["class": "later"], words.filesOfTheDataSet))
      pieces.append(table.html(caption: words.filesOfTheDataSet))
    }
    return .element("section", [:], pieces)
  }

  private var footer: Markup { .element("footer", [:], words.footer(version: results.espalierVersion)) }
}
