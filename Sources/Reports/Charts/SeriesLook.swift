/// How one series is told from the others: by colour, and by shape and dashes for those who can't tell colours.
struct SeriesLook: Equatable, Sendable {
  enum Shape: CaseIterable, Sendable { case circle, square, triangle, diamond }

  /// The class that sets the colour, without its `c-`.
  let colour: String
  let shape: Shape
  let isHollow: Bool
  let isDashed: Bool

  init(colour: String, shape: Shape = .circle, isHollow: Bool = false, isDashed: Bool = false) {
    self.colour = colour
    self.shape = shape
    self.isHollow = isHollow
    self.isDashed = isDashed
  }

  var cssClass: String { "c-\(colour)" }

  /// The look of each row: the baseline dark, controls and references grey and hollow, the rest by colour in their order.
  static func looks(of variants: [VariantResult]) -> [SeriesLook] {
    var coloured = 0
    var grey = 0
    return variants.map { variant in
      switch variant.role {
      case .baseline:
        return SeriesLook(colour: "base", shape: .square)
      case .control, .reference:
        defer { grey += 1 }
        return SeriesLook(
          colour: "control", shape: Shape.allCases[grey % Shape.allCases.count], isHollow: true, isDashed: true)
      case .pruned, .converted:
        defer { coloured += 1 }
        let shapes: [Shape] = [.circle, .triangle, .diamond]
        return SeriesLook(
          colour: "s\(coloured % ChartStyle.seriesCount)", shape: shapes[coloured % shapes.count],
          isHollow: coloured >= ChartStyle.seriesCount)
      }
    }
  }

  /// The mark at a position, about 9 units wide.
  func mark(_ x: Double, _ y: Double) -> Markup {
    let style = "\(isHollow ? "hollow" : "mark") \(cssClass)"
    switch shape {
    case .circle:
      return Draw.circle(x, y, 4.5, style)
    case .square:
      return Draw.rect(x - 4, y - 4, 8, 8, style)
    case .triangle:
      return Draw.polygon([(x, y - 5.2), (x + 5, y + 3.8), (x - 5, y + 3.8)], style)
    case .diamond:
      return Draw.polygon([(x, y - 5.5), (x + 5.5, y), (x, y + 5.5), (x - 5.5, y)], style)
    }
  }
}
