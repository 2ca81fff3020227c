/// `index.html`: everything in one file. It asks nothing of the network and forbids itself to; its one script sorts tables.
struct Page {
  let results: ShowdownResults
  let verdict: Verdict
  let figures: [Figure]

  var html: String {
    let head = Markup.element(
      "head", [:],
      [
        .element("meta", ["charset": "utf-8"]),
        .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("meta", ["name": "color-scheme", "content": "light dark"]),
        .element("meta", ["http-equiv": "Content-Security-Policy", "content": Page.policy]),
        .element("title", [:], results.title), .style(PageStyle.sheet),
      ])
    let body = Markup.element("body", [:], [top, .element("main", [:], sections), footer, .script(PageScript.source)])
    return "<!DOCTYPE html>\n"
      + Markup.element("html", ["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"], [head, body]).source + "\n"
  }

  private static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

  private var sections: [Markup] {
    [verdictSection, comparison, figuresSection, detail, method, reproduction]
  }

  private var top: Markup {
    // The time of day stands below, among the facts.
    let day = results.date.map { String($0.prefix { $0 != "T" }) }
    let subject = [results.model, results.dataset?.name, day].compactMap { $0 }.joined(separator: " · ")
    return .element(
      "header", ["class": "top"],
      [
        .element("p", ["class": "kicker"], "Espalier report"), .element("h1", [:], results.title),
        .element("p", ["class": "lead"], subject),
      ])
  }

  private var verdictSection: Markup {
    .element(
      "section", ["class": "verdict", "aria-label": "Verdict"],
      [.element("p", ["class": "kicker"], "Verdict")] + verdict.sentences.map { .element("p", [:], $0) })
  }

  private var comparison: Markup {
    var table = ResultTables.overview(results)
    if let row = results.variants.firstIndex(where: { $0.name == verdict.recommended }) {
      table.rowClasses[row] = (table.rowClasses[row] ?? "") + " recommended"
    }
    let notes = [MethodNotes.units(results)] + MethodNotes.comparison(results)
    return .element(
      "section", [:],
      [
        .element("h2", [:], "Comparison"), table.html(caption: "Comparison of all variants", isSortable: true),
        .element("ul", ["class": "note"], notes.map { .element("li", [:], $0) }),
      ])
  }

  private var figuresSection: Markup {
    guard !figures.isEmpty else { return .empty }
    let drawn = figures.map { figure in
      Markup.element(
        "figure", ["id": figure.name],
        [
          .element("h3", [:], figure.title),
          .element("div", ["class": "drawing"], [figure.inline, figure.inlineNarrow]),
          .element("div", ["class": "numbers"], [figure.table.html(caption: figure.title)]),
          .element("figcaption", [:], figure.caption),
        ])
    }
    return .element(
      "section", [:], [.element("h2", [:], "Figures"), .element("div", ["class": "figures"], drawn)])
  }

  private var detail: Markup {
    var pieces: [Markup] = [.element("h2", [:], "All numbers")]
    pieces += [
      folded("Columns of the study", ResultTables.study(results)),
      folded("Classification", ResultTables.classification(results)),
      ResultTables.pairs(results).map { folded("Row by row against the baseline", $0) } ?? .empty,
      ResultTables.quantizationTraining(results).map { folded(ResultTables.quantizationTrainingTitle, $0) } ?? .empty,
    ]
    pieces += ResultTables.mixedFormats(results).map { folded($0.title, $0.table, note: $0.note) }
    pieces.append(folded("Speed", ResultTables.speed(results)))
    let matrices = results.variants.compactMap { variant -> Markup? in
      guard let counts = variant.confusion, !variant.hasRandomWeights else { return nil }
      return .element(
        "div", [:],
        [
          .element("h3", [:], variant.shownTitle),
          ResultTables.confusion(counts, labels: results.dataset?.labels)
            .html(caption: "Confusion matrix of \(variant.shownTitle)"),
        ])
    }
    if !matrices.isEmpty {
      pieces.append(
        .element(
          "details", ["class": "wide"],
          [.element("summary", [:], "Confusion matrices"), .element("div", ["class": "matrices"], matrices)]))
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
    let split = results.reportedSplit ?? "the reported split"
    var note = "The variants disagree on \(NumberText.grouped(found.count)) rows of \(split)"
    note +=
      found.rows.count < found.count
      ? "; shown are the \(NumberText.grouped(found.rows.count)) on which most of them leave the baseline." : "."
    if !found.rows.contains(where: { $0.sentence != nil }) {
      note += " The sentences are left out; rows are counted from 0, as in the files of predictions."
    }
    return .element(
      "details", ["class": "wide disagreements"],
      [
        .element("summary", [:], "Where the variants disagree"), .element("p", ["class": "note"], note),
        DisagreementTable.table(found, results).html(caption: "Rows on which the variants disagree", isSortable: true),
      ])
  }

  private var method: Markup {
    var pieces: [Markup] = [.element("h2", [:], "Method")]
    if let splits = results.splits, !splits.isEmpty {
      pieces.append(.element("h3", [:], "What chose what"))
      pieces.append(MethodNotes.splitTable(splits).html(caption: "What each split was used for"))
    }
    if let notes = results.notes, !notes.isEmpty {
      pieces.append(.element("ul", [:], notes.map { .element("li", [:], $0) }))
    }
    return pieces.count > 1 ? .element("section", [:], pieces) : .empty
  }

  private var reproduction: Markup {
    var pieces: [Markup] = [.element("h2", [:], "How to reproduce")]
    if let command = results.command {
      pieces.append(.element("pre", ["tabindex": "0"], [.element("code", [:], command)]))
    }
    let facts = MethodNotes.facts(results)
    if !facts.isEmpty {
      pieces.append(
        .element(
          "dl", ["class": "facts"],
          facts.flatMap { [.element("dt", [:], $0.name), .element("dd", [:], $0.value)] }))
    }
    if let files = results.dataset?.files, !files.isEmpty {
      let table = DataTable(
        columns: [.text("File"), .number("Rows"), .text("SHA-256")],
        rows: files.map {
          [$0.name, $0.rows.map(NumberText.grouped) ?? NumberText.missing, $0.sha256 ?? NumberText.missing]
        })
      pieces.append(.element("h3", ["class": "later"], "Files of the data set"))
      pieces.append(table.html(caption: "Files of the data set"))
    }
    return .element("section", [:], pieces)
  }

  private var footer: Markup {
    let version = results.espalierVersion.map { " \($0)" } ?? ""
    return .element(
      "footer", [:], "Made by espalier\(version) from results.json beside this page; no number was typed by hand.")
  }
}
