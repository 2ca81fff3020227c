/// Names beside marks, in as many rows as they need.
struct Legend {
  struct Entry {
    let name: String
    let mark: (_ x: Double, _ y: Double) -> Markup
  }

  let entries: [Entry]
  let width: Double
  private let rowHeight = 20.0

  /// The rows of entries with the left end of each.
  private var rows: [[(entry: Entry, x: Double)]] {
    var rows: [[(entry: Entry, x: Double)]] = []
    var x = 0.0
    for entry in entries {
      let needed = 18 + TextWidth.of(entry.name) + 20
      if rows.isEmpty || x + needed - 20 > width {
        rows.append([])
        x = 0
      }
      rows[rows.count - 1].append((entry, x))
      x += needed
    }
    return rows
  }

  var height: Double { Double(rows.count) * rowHeight }

  func drawn(x: Double, y: Double) -> [Markup] {
    rows.enumerated().flatMap { row, entries in
      entries.flatMap { item in
        let middle = y + Double(row) * rowHeight + rowHeight / 2
        return [
          item.entry.mark(x + item.x + 6, middle),
          Draw.text(TextWidth.cut(item.entry.name, to: width - 18), x + item.x + 18, middle + 4),
        ]
      }
    }
  }
}
