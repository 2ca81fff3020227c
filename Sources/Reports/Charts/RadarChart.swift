#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Scores on spokes. Series that stand out are filled and drawn over the others.
struct RadarChart: Chart {
  struct Series {
    let name: String
    let look: SeriesLook
    /// In 0...1, one a spoke.
    let scores: [Double]
    let standsOut: Bool
  }

  let spokes: [String]
  let series: [Series]
  var width = ChartLayout.width

  /// Of the names of the spokes: one each, or one a word where they stand in each other's way.
  private func lines(_ name: String) -> [String] {
    ChartLayout.isNarrow(width) ? name.split(separator: " ").map(String.init) : [name]
  }
  private var radius: Double {
    let names = spokes.flatMap(lines).map { TextWidth.of($0) * 1.08 }.max() ?? 0
    return max(40, min(128, width / 2 - 16 - names))
  }
  private var legend: Legend {
    Legend(
      entries: series.map { line in
        .init(name: line.name) { x, y in
          .group([
            Draw.line(x - 7, y, x + 7, y, "line \(line.look.cssClass)" + (line.standsOut ? "" : " dashed thin")),
            line.look.mark(x, y),
          ])
        }
      }, width: width)
  }
  private var centre: (x: Double, y: Double) { (width / 2, legend.height + 36 + radius) }
  var height: Double { centre.y + radius + (spokes.count % 2 == 0 ? 34 : 20) }

  func drawn() -> [Markup] {
    guard spokes.count >= 3 else { return [] }
    var pieces = legend.drawn(x: 0, y: 0)
    for ring in [0.25, 0.5, 0.75, 1] {
      pieces.append(Draw.polygon(spokes.indices.map { point($0, ring) }, ring == 1 ? "axis" : "grid"))
    }
    for (index, name) in spokes.enumerated() {
      let end = point(index, 1)
      pieces.append(Draw.line(centre.x, centre.y, end.x, end.y, "grid"))
      let place = point(index, 1 + 14 / radius)
      let side = place.x - centre.x
      let anchor: Draw.Anchor = side > 5 ? .start : side < -5 ? .end : .middle
      let drop = place.y > centre.y + 5 ? 10.0 : place.y < centre.y - 5 ? -2 : 4
      for (line, word) in lines(name).enumerated() {
        pieces.append(Draw.text(word, place.x, place.y + drop + 14 * Double(line), "strong", anchor: anchor))
      }
    }
    for line in series.sorted(by: { !$0.standsOut && $1.standsOut }) where line.scores.count == spokes.count {
      let points = line.scores.enumerated().map { point($0, min(max($1, 0), 1)) }
      if line.standsOut { pieces.append(Draw.polygon(points, "area \(line.look.cssClass)")) }
      pieces.append(Draw.polygon(points, "line \(line.look.cssClass)" + (line.standsOut ? "" : " dashed thin")))
      pieces += points.map { line.look.mark($0.x, $0.y) }
    }
    return pieces
  }

  /// The first spoke points up, the others follow clockwise.
  private func point(_ spoke: Int, _ share: Double) -> Draw.Point {
    let angle = 2 * Double.pi * Double(spoke) / Double(spokes.count) - .pi / 2
    return (centre.x + radius * share * cos(angle), centre.y + radius * share * sin(angle))
  }
}
