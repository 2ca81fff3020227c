internal import Bert

/// What numbers of four bits the groups of a row have.
protocol FourBitChoices: Sendable {
  /// The number of a group that is nearest to a weight.
  func nearest(to weight: Float, group: Int) -> Float
}

/// The step of a row and the choices of its groups.
struct FourBitRow: Equatable, FourBitChoices {
  var step: Float
  var groups: [FourBitGroup]

  func nearest(to weight: Float, group: Int) -> Float {
    groups[group].weight(of: groups[group].value(of: weight, step: step), step: step)
  }
}

/// The scales of a row of NF4.
struct NormalFloatRow: FourBitChoices {
  var scales: [Float]

  func nearest(to weight: Float, group: Int) -> Float {
    NormalFloat.levels[Int(NormalFloat.index(of: weight / scales[group]))] * scales[group]
  }
}
