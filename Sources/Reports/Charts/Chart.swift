/// A drawing without its frame: shapes inside of `width` times `height` units.
protocol Chart {
  var width: Double { get }
  var height: Double { get }
  func drawn() -> [Markup]
}

enum ChartLayout {
  /// Of all drawings, so that words have one size wherever they stand side by side.
  static let width = 540.0

  /// Positions moved apart to keep at least `gap` between neighbours, inside of `range`, in the order given.
  static func spread(_ positions: [Double], gap: Double, in range: ClosedRange<Double>) -> [Double] {
    let order = positions.indices.sorted { positions[$0] < positions[$1] }
    var placed = positions
    var floor = range.lowerBound
    for index in order {
      placed[index] = max(positions[index], floor)
      floor = placed[index] + gap
    }
    var ceiling = range.upperBound
    for index in order.reversed() {
      placed[index] = min(placed[index], ceiling)
      ceiling = placed[index] - gap
    }
    return placed
  }
}
