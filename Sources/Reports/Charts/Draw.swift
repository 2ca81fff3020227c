/// The few shapes that our drawings are made of.
enum Draw {
  typealias Point = (x: Double, y: Double)

  enum Anchor: String { case start, middle, end }

  static func text(
    _ text: String, _ x: Double, _ y: Double, _ style: String = "", anchor: Anchor = .start
  ) -> Markup {
    .element(
      "text", ["x": coordinate(x), "y": coordinate(y), "class": style, "text-anchor": anchor.rawValue], text)
  }

  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> Markup {
    .element(
      "line",
      ["x1": coordinate(x1), "y1": coordinate(y1), "x2": coordinate(x2), "y2": coordinate(y2), "class": style])
  }

  static func rect(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, radius: Double = 0
  ) -> Markup {
    .element(
      "rect",
      [
        "x": coordinate(x), "y": coordinate(y), "width": coordinate(max(0, width)),
        "height": coordinate(max(0, height)), "rx": coordinate(radius), "class": style,
      ])
  }

  static func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) -> Markup {
    .element("circle", ["cx": coordinate(x), "cy": coordinate(y), "r": coordinate(radius), "class": style])
  }

  static func polyline(_ points: [Point], _ style: String) -> Markup {
    .element("polyline", ["points": list(points), "class": style])
  }

  static func polygon(_ points: [Point], _ style: String) -> Markup {
    .element("polygon", ["points": list(points), "class": style])
  }

  static func translated(_ x: Double, _ y: Double, _ pieces: [Markup]) -> Markup {
    .element("g", ["transform": "translate(\(coordinate(x)) \(coordinate(y)))"], pieces)
  }

  private static func list(_ points: [Point]) -> String {
    points.map { "\(coordinate($0.x)),\(coordinate($0.y))" }.joined(separator: " ")
  }

  private static func coordinate(_ value: Double) -> String { NumberText.coordinate(value) }
}
