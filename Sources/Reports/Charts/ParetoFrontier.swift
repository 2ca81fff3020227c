/// The points that no other beats: none costs at most as much and scores at least as much, with one of the two better.
enum ParetoFrontier {
  /// - Returns: the frontier by ascending cost (x), hence ascending score (y).
  /// - Complexity: O(n log n).
  static func of(_ points: [Draw.Point]) -> [Draw.Point] {
    var best = -Double.infinity
    return points.sorted { ($0.x, -$0.y) < ($1.x, -$1.y) }.filter { point in
      guard point.y > best else { return false }
      best = point.y
      return true
    }
  }
}
