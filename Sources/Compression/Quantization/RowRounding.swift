/// How the weights of a row are rounded, one group of columns after the other.
protocol RowRounding: Sendable {
  /// What the numbers of a group depend on.
  associatedtype Group

  /// Chosen from a group's weights as they are when its turn comes.
  func choice(for part: ArraySlice<Float>) -> Group

  /// The number of a group that is nearest to a weight.
  func rounded(_ weight: Float, in group: Group) -> Float
}

/// Four bits by the step of a row that was chosen before.
struct FourBitRowRounding: RowRounding {
  let quantizer: FourBitQuantizer
  let step: Float

  func choice(for part: ArraySlice<Float>) -> FourBitGroup { quantizer.choice(for: part, step: step).group }

  func rounded(_ weight: Float, in group: FourBitGroup) -> Float {
    group.weight(of: group.value(of: weight, step: step), step: step)
  }
}
