/// Lines over a logarithmic x to base 2, named at their right ends, or above where there is no room for names.
struct LineChart: Chart {
  struct Series {
    let name: String
    let look: SeriesLook
    let points: [Draw.Point]
  }

  let series: [Series]
  let xName: String
  let yName: String
  var width = ChartLayout.width
  var height: Double { top + 316 }

  private var isNarrow: Bool { ChartLayout.isNarrow(width) }
  private var legend: Legend {
    Legend(
      entries: isNarrow ? series.map { line in .init(name: line.name) { line.look.mark($0, $1) } } : [], width: width)
  }
  private var top: Double { legend.height + 34 }

  /// Whether the values span so much that a linear axis would press the small ones flat.
  static func isLogarithmic(_ series: [Series]) -> Bool {
    let values = series.flatMap { $0.points.map(\.y) }.filter { $0 > 0 }
    guard let range = Scale.range(of: values) else { return false }
    return range.upperBound > 12 * range.lowerBound
  }

  func drawn() -> [Markup] {
    let isLogarithmic = LineChart.isLogarithmic(series)
    let points = series.flatMap(\.points).filter { $0.x > 0 && $0.x.isFinite && $0.y.isFinite && $0.y > 0 }
    guard let xs = Scale.range(of: points.map(\.x)), let ys = Scale.range(of: points.map(\.y)) else { return [] }
    let fan = 20.0  // between the ends of the lines and their names
    let named = isNarrow ? 0 : min(230, (series.map { TextWidth.of($0.name) }.max() ?? 0) + fan + 8)
    let (bottom, left) = (height - 46, 46.0)
    let right = width - named
    let x = Scale(.log2, domain: xs, from: left + 8, to: right - 8)
    let y =
      isLogarithmic
      ? Scale(.log2, domain: ys.lowerBound / 1.25...ys.upperBound * 1.25, from: bottom, to: top)
      : Scale(domain: 0...ys.upperBound * 1.08, from: bottom, to: top)
    let xTicks = Set(points.map(\.x)).sorted()
    let yTicks = y.ticks(6)
    let decimals = Axis.decimals(for: yTicks)
    var pieces = legend.drawn(x: 0, y: 0)
    pieces += Axis(y, name: yName, ticks: yTicks) {
      isLogarithmic ? NumberText.trimmed($0, 3) : NumberText.fixed($0, decimals)
    }.left(left: left, right: right, top: top)
    pieces += Axis(x, name: xName, ticks: xTicks) { NumberText.trimmed($0, 0) }
      .below(top: top, bottom: bottom, width: width, grid: false)
    pieces.append(Draw.line(left, bottom, right, bottom, "axis"))
    var ends: [(series: Series, y: Double, x: Double)] = []
    for line in series {
      let placed = line.points.filter { $0.x > 0 && $0.x.isFinite && $0.y.isFinite && $0.y > 0 }
        .sorted { $0.x < $1.x }.map { (x: x.position($0.x), y: y.position($0.y)) }
      guard let last = placed.last else { continue }
      pieces.append(
        Draw.polyline(placed, "line \(line.look.cssClass)" + (line.look.isDashed ? " dashed thin" : "")))
      pieces += placed.map { line.look.mark($0.x, $0.y) }
      ends.append((line, last.y, last.x))
    }
    guard !isNarrow else { return pieces }
    let places = ChartLayout.spread(ends.map(\.y), gap: 16, in: top...bottom)
    for (end, place) in zip(ends, places) {
      let style = end.series.look.cssClass
      if abs(place - end.y) > 3 || end.x < right - 10 {
        pieces.append(Draw.line(end.x + 6, end.y, right + fan - 4, place, "line thin \(style)"))
      }
      pieces.append(
        Draw.text(
          TextWidth.cut(end.series.name, to: named - fan), right + fan, place + 4, "series-text \(style)"))
    }
    return pieces
  }
}
