/// The choices between a model all of whose parts are stored in the fewest bits and one in floats: each gives one part
/// more bits than the choice before it, the part that makes good most for each byte first.
///
///     gain(i, a -> b) = (KL_i(a) - KL_i(b)) / (bytes_i(b) - bytes_i(a))
///
/// Divergences of single parts are taken to add up, which small errors that don't know of each other do; that is a guess
/// for the order alone, and whatever is chosen is judged whole. Where more bits yield more for each byte than fewer, the
/// fewer are skipped (the lower convex hull of a part's options), so along the path gains never rise.
///
/// - SeeAlso: Shoham and Gersho, "Efficient bit allocation for an arbitrary set of quantizers", IEEE TASSP 36, 1988; Dong
///   et al., "HAWQ-V2", NeurIPS 2020, arXiv:1911.03852, for sensitivities that add up.
public struct PrecisionPath: Equatable, Sendable {
  public let units: [UnitSensitivity]
  /// One part's step to more bits.
  private struct Raise: Equatable, Sendable {
    var unit: Int
    /// Places in the part's options.
    var to: Int
    var gain: Double
  }
  private let raises: [Raise]

  public init(_ units: [UnitSensitivity]) {
    self.units = units
    var raises: [Raise] = []
    for (index, unit) in units.enumerated() {
      var from = 0
      while from < unit.options.count - 1 {
        let best = Self.steepest(unit.options, from)
        raises.append(Raise(unit: index, to: best.to, gain: best.gain))
        from = best.to
      }
    }
    // A part's own steps keep their order, for their gains fall and the sort leaves equals as they are.
    self.raises = raises.enumerated().sorted { a, b in
      a.element.gain != b.element.gain ? a.element.gain > b.element.gain : a.offset < b.offset
    }.map(\.element)
  }

  /// The option of most gain for each byte, the last of equals.
  private static func steepest(_ options: [UnitSensitivity.Option], _ from: Int) -> (to: Int, gain: Double) {
    var best = (to: from + 1, gain: -Double.infinity)
    for to in from + 1..<options.count {
      let bytes = Double(options[to].bytes - options[from].bytes)
      let gain = (options[from].klDivergence - options[to].klDivergence) / bytes
      if gain >= best.gain { best = (to, gain) }
    }
    return best
  }

  /// How many steps lead to the floats.
  public var count: Int { raises.count }

  /// The choice after some steps, in the order of the units.
  ///
  /// - Precondition: `steps` is in 0...count.
  public func choice(after steps: Int) -> [UnitSensitivity.Option] {
    var places = [Int](repeating: 0, count: units.count)
    for raise in raises.prefix(steps) { places[raise.unit] = raise.to }
    return zip(units, places).map { $0.options[$1] }
  }

  /// The fewest steps that are good enough, by bisection: some log2(count) questions.
  ///
  /// Accuracy falls along the path as a whole, not at each step, so this is a border between good and bad choices, and
  /// there may be others. Asking about every step would find the luckiest one, not the best: each look at the same
  /// sentences is one more chance to be lucky.
  ///
  /// - Parameter isGood: is asked about numbers of steps below `count`; floats are always good.
  public func fewestSteps(_ isGood: (Int) throws -> Bool) rethrows -> Int {
    guard count > 0, try !isGood(0) else { return 0 }
    var (bad, good) = (0, count)
    while good - bad > 1 {
      let middle = (bad + good) / 2
      if try isGood(middle) { good = middle } else { bad = middle }
    }
    return good
  }
}
