/// Finds a place beside each mark where its name covers neither marks nor other names.
enum LabelPlacement {
  typealias Box = (left: Double, top: Double, right: Double, bottom: Double)

  struct Place: Equatable {
    let x: Double
    let y: Double
    let anchor: Draw.Anchor
  }

  /// Tries right, left, above, below and the corners in this order, and keeps the one that overlaps least.
  ///
  /// - Complexity: O(n^2); n is the rows of a table.
  static func place(_ marks: [(name: String, x: Double, y: Double)], inside frame: Box) -> [Place] {
    var taken: [Box] = marks.map { ($0.x - 6, $0.y - 6, $0.x + 6, $0.y + 6) }
    return marks.map { mark in
      let width = TextWidth.of(mark.name, size: 11)
      let candidates: [Place] = [
        Place(x: mark.x + 9, y: mark.y + 4, anchor: .start), Place(x: mark.x - 9, y: mark.y + 4, anchor: .end),
        Place(x: mark.x, y: mark.y - 10, anchor: .middle), Place(x: mark.x, y: mark.y + 18, anchor: .middle),
        Place(x: mark.x + 7, y: mark.y - 9, anchor: .start), Place(x: mark.x + 7, y: mark.y + 17, anchor: .start),
        Place(x: mark.x - 7, y: mark.y - 9, anchor: .end), Place(x: mark.x - 7, y: mark.y + 17, anchor: .end),
        Place(x: mark.x, y: mark.y - 24, anchor: .middle), Place(x: mark.x, y: mark.y + 31, anchor: .middle),
      ]
      var best = candidates[0]
      var least = Double.infinity
      for candidate in candidates {
        let box = self.box(candidate, width)
        var cost = taken.reduce(0) { $0 + overlap($1, box) }
        cost += 20 * (max(0, frame.left - box.left) + max(0, box.right - frame.right))
        cost += 20 * (max(0, frame.top - box.top) + max(0, box.bottom - frame.bottom))
        if cost < least - 1e-9 { (best, least) = (candidate, cost) }
      }
      taken.append(box(best, width))
      return best
    }
  }

  private static func box(_ place: Place, _ width: Double) -> Box {
    let left =
      switch place.anchor {
      case .start: place.x
      case .middle: place.x - width / 2
      case .end: place.x - width
      }
    return (left, place.y - 10, left + width, place.y + 3)
  }

  private static func overlap(_ a: Box, _ b: Box) -> Double {
    max(0, min(a.right, b.right) - max(a.left, b.left)) * max(0, min(a.bottom, b.bottom) - max(a.top, b.top))
  }
}
