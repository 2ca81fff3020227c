/// Marks in the plane, with intervals, joined within a group where that means something, and named in a legend: names
/// beside the marks would cover the intervals of their neighbours.
struct ScatterChart: Chart {
  struct Point {
    let x: Double
    let y: Double
    var interval: Bounds?
  }

  struct Group {
    let name: String
    let look: SeriesLook
    let points: [Point]
    var isJoined = false
    /// Drawn pale, for another group beats it.
    var isDimmed = false
  }

  let groups: [Group]
  let xName: String
  let yName: String
  var xTicks: [Double]?
  var xStartsAtZero = false
  /// Points joined by a dotted line, such as those that no other beats in both.
  var frontier: [Draw.Point] = []
  var width = ChartLayout.width

  private var legend: Legend {
    Legend(
      entries: groups.map { group in .init(name: group.name) { group.dimmed([group.look.mark($0, $1)]) } },
      width: width)
  }
  private var top: Double { legend.height + 34 }
  private var bottom: Double { top + 250 }
  var height: Double { bottom + 46 }

  func drawn() -> [Markup] {
    let points = groups.flatMap(\.points)
    guard let xs = Scale.range(of: points.map(\.x) + (xStartsAtZero ? [0] : [])),
      let ys = Scale.range(
        of: points.flatMap { [$0.y, $0.interval?.lower ?? $0.y, $0.interval?.upper ?? $0.y] })
    else { return [] }
    let (left, right) = (50.0, width - 12)
    let x = Scale(
      domain: xStartsAtZero ? 0...(xs.upperBound * 1.12) : Scale.padded(xs, by: 0.08), from: left, to: right)
    let y = Scale(domain: Scale.padded(ys, by: 0.06), from: bottom, to: top)
    let (yTicks, xTicks) = (y.ticks(5), self.xTicks ?? x.ticks(ChartLayout.isNarrow(width) ? 4 : 6))
    let (yDecimals, xDecimals) = (Axis.decimals(for: yTicks), Axis.decimals(for: xTicks))
    var pieces = legend.drawn(x: 0, y: 0)
    pieces += Axis(y, name: yName, ticks: yTicks) { NumberText.fixed($0, yDecimals) }
      .left(left: left, right: right, top: top)
    pieces += Axis(x, name: xName, ticks: xTicks) { NumberText.fixed($0, xDecimals) }
      .below(top: top, bottom: bottom, width: width, grid: false)
    pieces.append(Draw.line(left, bottom, right, bottom, "axis"))
    if frontier.count > 1 {
      pieces.append(Draw.polyline(frontier.map { (x.position($0.x), y.position($0.y)) }, "guide"))
    }
    let places = ChartLayout.apart(groups.map { $0.points.map { x.position($0.x) } }, gap: 10)
    var marks: [Markup] = []
    for (group, places) in zip(groups, places) {
      let placed = zip(group.points, places).filter { $0.0.y.isFinite && $0.1.isFinite }.map { point, place in
        (point: point, x: place, y: y.position(point.y))
      }
      if group.isJoined && placed.count > 1 {
        let line = placed.sorted { $0.x < $1.x }.map { (x: $0.x, y: $0.y) }
        pieces.append(
          Draw.polyline(line, "line \(group.look.cssClass)" + (group.look.isDashed ? " dashed thin" : "")))
      }
      for item in placed {
        if let interval = item.point.interval {
          let line = Draw.line(
            item.x, y.position(interval.lower), item.x, y.position(interval.upper),
            "line thin \(group.look.cssClass)")
          pieces.append(group.dimmed([line]))
        }
        marks.append(group.dimmed([group.look.mark(item.x, item.y)]))
      }
    }
    return pieces + marks
  }
}

extension ScatterChart.Group {
  fileprivate func dimmed(_ pieces: [Markup]) -> Markup {
    isDimmed ? .element("g", ["class": "dim"], pieces) : .group(pieces)
  }
}
