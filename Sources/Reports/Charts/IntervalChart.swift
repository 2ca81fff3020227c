/// A value with its interval a row, against lines of reference: the picture that shows what the numbers can't tell apart.
struct IntervalChart: Chart {
  struct Row {
    let name: String
    let value: Double
    let interval: Bounds?
    let look: SeriesLook
    let text: String
  }

  let rows: [Row]
  let axisName: String
  /// Values marked across all rows, with a word each.
  let references: [(value: Double, name: String)]
  var width = ChartLayout.width

  /// Names stand above their intervals where there is no room beside them.
  private var isNarrow: Bool { ChartLayout.isNarrow(width) }
  private var rowHeight: Double { isNarrow ? 46 : 28 }
  private let top = 26.0
  private var bottom: Double { top + Double(rows.count) * rowHeight + 4 }
  var height: Double { bottom + 44 }

  func drawn() -> [Markup] {
    let left = isNarrow ? 8 : min(230, (rows.map { TextWidth.of($0.name) }.max() ?? 0) + 14)
    let textWidth = (rows.map { TextWidth.of($0.text, size: 11) }.max() ?? 0) + 14
    let right = width - (isNarrow ? 8 : textWidth)
    let values = rows.flatMap { [$0.value, $0.interval?.lower ?? $0.value, $0.interval?.upper ?? $0.value] }
    let range = Scale.padded(Scale.range(of: values + references.map(\.value)) ?? 0...1, by: 0.06)
    let scale = Scale(domain: range, from: left, to: right)
    let ticks = scale.ticks(isNarrow ? 4 : 5)
    let decimals = Axis.decimals(for: ticks)
    let axis = Axis(scale, name: axisName, ticks: ticks) { NumberText.fixed($0, decimals) }
    var pieces = axis.below(top: top, bottom: bottom, width: width)
    for reference in references {
      let x = scale.position(reference.value)
      pieces.append(Draw.line(x, top - 4, x, bottom, "guide"))
      pieces.append(Draw.text(reference.name, x, top - 10, "muted small", anchor: .middle))
    }
    for (index, row) in rows.enumerated() where row.value.isFinite {
      let start = top + Double(index) * rowHeight
      let y = start + (isNarrow ? 33 : rowHeight / 2 + 2)
      let textY = isNarrow ? start + 19 : y + 4
      pieces.append(
        isNarrow
          ? Draw.text(TextWidth.cut(row.name, to: width - textWidth), 0, textY)
          : Draw.text(TextWidth.cut(row.name, to: left - 12), left - 14, textY, anchor: .end))
      if let interval = row.interval {
        let (low, high) = (scale.position(interval.lower), scale.position(interval.upper))
        pieces.append(Draw.line(low, y, high, y, "line \(row.look.cssClass)"))
        for end in [low, high] { pieces.append(Draw.line(end, y - 4, end, y + 4, "line thin \(row.look.cssClass)")) }
      }
      pieces.append(row.look.mark(scale.position(row.value), y))
      pieces.append(Draw.text(row.text, width, textY, "small", anchor: .end))
    }
    return pieces
  }
}
