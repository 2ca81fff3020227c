/// How large the inputs of a model's linear layers become: what steps of one a tensor are taken from.
///
///     range = decay range + (1 - decay) max |x|      after each training batch; max |x| of the first
///
/// A forward pass uses the ranges from before its batch, so it is a function of the model alone, and a layer that is run
/// again in the backward pass rounds as it did before.
///
/// - SeeAlso: Jacob et al., CVPR 2018, arXiv:1712.05877, section 3.1.
public struct ActivationRanges: Equatable, Sendable, Codable {
  /// By the name of the linear layer; `bert.encoder.layer.0.attention.self` for the three projections, which share their
  /// input.
  public private(set) var byName: [String: Double]

  public init(byName: [String: Double] = [:]) { self.byName = byName }

  /// The step of a linear layer's input, range / 127: what an integer product of that layer is told. Nil before the first
  /// batch.
  public func step(_ name: String) -> Float? { byName[name].map(Self.step) }

  /// A tensor of zeros can have any step.
  static func step(range: Double) -> Float { range < 1e-30 ? 1 : Float(range / 127) }

  /// Takes in what a batch showed.
  public mutating func update(_ observations: [String: Float], decay: Double) {
    for (name, magnitude) in observations where magnitude.isFinite {
      byName[name] = byName[name].map { decay * $0 + (1 - decay) * Double(magnitude) } ?? Double(magnitude)
    }
  }
}
