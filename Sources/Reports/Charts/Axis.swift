/// Grid lines, numbers and the name of an axis.
struct Axis {
  let scale: Scale
  let name: String
  let ticks: [Double]
  let label: (Double) -> String

  init(_ scale: Scale, name: String, ticks: [Double]? = nil, label: @escaping (Double) -> String) {
    self.scale = scale
    self.name = name
    self.ticks = ticks ?? scale.ticks()
    self.label = label
  }

  /// Below a plot whose sides are `top` and `bottom`, in a drawing of `width`, which the name does not leave.
  func below(top: Double, bottom: Double, width: Double, grid: Bool = true) -> [Markup] {
    var pieces: [Markup] = []
    for tick in ticks {
      let x = scale.position(tick)
      if grid { pieces.append(Draw.line(x, top, x, bottom, "grid")) }
      pieces.append(Draw.text(label(tick), x, bottom + 17, "muted small", anchor: .middle))
    }
    let half = min(TextWidth.of(name), width) / 2
    let middle = min(max((scale.start + scale.end) / 2, half), width - half)
    pieces.append(Draw.text(TextWidth.cut(name, to: width), middle, bottom + 36, "muted", anchor: .middle))
    return pieces
  }

  /// Left of a plot whose sides are `left` and `right`; the name stands above the numbers, to be read without turning
  /// one's head.
  func left(left: Double, right: Double, top: Double) -> [Markup] {
    var pieces: [Markup] = []
    for tick in ticks {
      let y = scale.position(tick)
      pieces.append(Draw.line(left, y, right, y, "grid"))
      pieces.append(Draw.text(label(tick), left - 8, y + 4, "muted small", anchor: .end))
    }
    pieces.append(Draw.text(name, 0, top - 12, "muted"))
    return pieces
  }

  /// Decimals that tell the ticks apart.
  static func decimals(for ticks: [Double]) -> Int {
    guard ticks.count > 1 else { return 2 }
    var step = (ticks[1] - ticks[0]).magnitude
    var decimals = 0
    while decimals < 6 && step > 0 && (step - step.rounded()).magnitude > 1e-6 * max(1, step) {
      step *= 10
      decimals += 1
    }
    return decimals
  }
}
