/// A drawing without its frame: shapes inside of `width` times `height` units. Told another width, it arranges itself
/// anew: words keep their size.
protocol Chart {
  var width: Double { get set }
  var height: Double { get }
  func drawn() -> [Markup]
}

enum ChartLayout {
  /// Of all drawings, so that words have one size wherever they stand side by side.
  static let width = 600.0

  /// Of the same drawings for the screen of a telephone, where those would have to be shrunk until nobody can read them.
  static let narrowWidth = 336.0

  /// Whether names must stand above their marks instead of beside them.
  static func isNarrow(_ width: Double) -> Bool { width < 450 }

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

  /// Positions of several groups, those that lie within `gap` of each other set apart around their middle in the order of
  /// the groups, so that marks and their intervals don't cover each other.
  static func apart(_ groups: [[Double]], gap: Double) -> [[Double]] {
    var result = groups
    let places = groups.indices.flatMap { group in
      groups[group].indices.filter { groups[group][$0].isFinite }.map { (group: group, index: $0) }
    }
    let order = places.sorted { groups[$0.group][$0.index] < groups[$1.group][$1.index] }
    var cluster: [(group: Int, index: Int)] = []
    func settle() {
      let middle = cluster.reduce(0) { $0 + groups[$1.group][$1.index] } / Double(max(1, cluster.count))
      for (rank, place) in cluster.sorted(by: { ($0.group, $0.index) < ($1.group, $1.index) }).enumerated() {
        guard cluster.count > 1 else { continue }
        result[place.group][place.index] = middle + gap * (Double(rank) - Double(cluster.count - 1) / 2)
      }
      cluster = []
    }
    for place in order {
      if let last = cluster.last, groups[place.group][place.index] - groups[last.group][last.index] > gap { settle() }
      cluster.append(place)
    }
    settle()
    return result
  }
}
