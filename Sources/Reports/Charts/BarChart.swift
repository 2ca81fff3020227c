/// Horizontal bars with their values at the ends, in the order given.
struct BarChart: Chart {
  struct Bar {
    let name: String
    let value: Double
    let valueText: String
    let colour: String
  }

  let bars: [Bar]
  let axisName: String
  let legend: [(name: String, colour: String)]
  var width = ChartLayout.width

  private let rowHeight = 24.0
  private var entries: Legend {
    Legend(
      entries: legend.map { item in
        Legend.Entry(name: item.name) { x, y in Draw.rect(x - 6, y - 5, 12, 10, "bar c-\(item.colour)", radius: 2) }
      }, width: width)
  }
  private var top: Double { entries.height + (legend.isEmpty ? 4 : 10) }
  private var bottom: Double { top + Double(bars.count) * rowHeight + 4 }
  var height: Double { bottom + 44 }

  func drawn() -> [Markup] {
    let left = min(0.37 * width, (bars.map { TextWidth.of($0.name) }.max() ?? 0) + 10)
    let finite = Scale.range(of: bars.map(\.value) + [0]) ?? 0...1
    let room = 58.0  // for the value at the end of a bar
    let hasNegative = finite.lowerBound < 0
    let scale = Scale(
      domain: finite, from: left + (hasNegative ? room : 0), to: width - (finite.upperBound > 0 ? room : 8))
    let ticks = scale.ticks(4)
    let decimals = Axis.decimals(for: ticks)
    let axis = Axis(scale, name: axisName, ticks: ticks) { NumberText.fixed($0, decimals) }
    var pieces = entries.drawn(x: 0, y: 0) + axis.below(top: top, bottom: bottom, width: width)
    let zero = scale.position(0)
    for (index, bar) in bars.enumerated() {
      let y = top + Double(index) * rowHeight + rowHeight / 2 + 2
      let value = bar.value.isFinite ? bar.value : 0
      let end = scale.position(value)
      pieces.append(Draw.text(TextWidth.cut(bar.name, to: left - 8), left - 10, y + 4, anchor: .end))
      pieces.append(Draw.rect(min(zero, end), y - 8, abs(end - zero), 16, "bar c-\(bar.colour)", radius: 1.5))
      let isLeft = value < 0
      pieces.append(
        Draw.text(bar.valueText, end + (isLeft ? -6 : 6), y + 4, "small", anchor: isLeft ? .end : .start))
    }
    pieces.append(Draw.line(zero, top, zero, bottom, "axis"))
    return pieces
  }
}
