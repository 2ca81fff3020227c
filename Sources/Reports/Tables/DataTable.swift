/// Named columns and rows of text, for HTML and Markdown alike.
package struct DataTable: Equatable, Sendable {
  package struct Column: Equatable, Sendable {
    let title: String
    /// Numbers stand at the right.
    let isNumber: Bool
    /// Quoted from elsewhere.
    var isReference = false

    package static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
    package static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
    static func reference(_ title: String, isNumber: Bool = true) -> Column {
      Column(title: title, isNumber: isNumber, isReference: true)
    }

    /// For the style sheet and the script.
    fileprivate var cssClass: String { (isNumber ? "number" : "name") + (isReference ? " reference" : "") }
  }

  let columns: [Column]
  /// One text a column. The first names the row.
  let rows: [[String]]
  /// A style class a row, where there is one.
  var rowClasses: [Int: String]

  package init(columns: [Column], rows: [[String]]) { self.init(columns: columns, rows: rows, rowClasses: [:]) }

  init(columns: [Column], rows: [[String]], rowClasses: [Int: String]) {
    self.columns = columns
    self.rows = rows
    self.rowClasses = rowClasses
  }

  /// A GitHub table. Text that Markdown or HTML would take for its own is escaped.
  package var markdown: String {
    var lines = [
      "| " + columns.map { DataTable.escapedMarkdown($0.title) }.joined(separator: " | ") + " |",
      "| " + columns.map { $0.isNumber ? "---:" : "---" }.joined(separator: " | ") + " |",
    ]
    for row in rows { lines.append("| " + row.map(DataTable.escapedMarkdown).joined(separator: " | ") + " |") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// - Parameters:
  ///   - caption: what the table holds, for screen readers; shown where the style shows it.
  ///   - isSortable: whether the script of the page lets its reader sort the rows.
  func html(caption: String, isSortable: Bool = false) -> Markup {
    let head = columns.map { column in
      Markup.element("th", ["scope": "col", "class": column.cssClass], column.title)
    }
    let body = rows.enumerated().map { index, row in
      Markup.element(
        "tr", ["class": rowClasses[index] ?? "row"],
        zip(columns, row).enumerated().map { place, cell in
          place == 0
            ? .element("th", ["scope": "row", "class": cell.0.cssClass], cell.1)
            : .element("td", ["class": cell.0.cssClass], cell.1)
        })
    }
    return .element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption],
      [
        .element(
          "table",
          [
            "class": [isSortable ? "sortable" : "", columns.count > 6 ? "dense" : ""].filter { !$0.isEmpty }.joined(
              separator: " ")
          ],
          [
            .element("caption", [:], caption), .element("thead", [:], [.element("tr", [:], head)]),
            .element("tbody", [:], body),
          ])
      ])
  }

  package static func escapedMarkdown(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\", "|", "`", "*", "_", "[", "]": result += "\\\(character)"
      case "<": result += "&lt;"
      case "&": result += "&amp;"
      case _ where character.isNewline: result += " "
      default: result.append(character)
      }
    }
    return result
  }
}
