/// How all tokens of a layer's input are quantised: an input x is the s8
///
///     clamp(round(x / scale) + zeroPoint, -128, 127)
///
/// which stands for scale * (s8 - zeroPoint). Zero is a whole number in any case.
public struct InputQuantization: Hashable, Sendable {
  /// Of a step; above 0.
  public let scale: Float
  public let zeroPoint: Int8

  public init(scale: Float, zeroPoint: Int8 = 0) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }
}

extension PackedLinear {
  /// The same layer of quantised weights, its inputs quantised alike for all tokens instead of by each token's own step.
  ///
  /// - Precondition: the scale is positive; weights of four bits have no zero point.
  public func quantizingInputs(by quantization: InputQuantization) -> PackedLinear {
    precondition(quantization.scale > 0 && quantization.scale.isFinite, "a step of \(quantization.scale)")
    precondition(quantization.zeroPoint == 0 || group == 0, "a zero point beside weights of four bits")
    var layer = self
    layer.inputQuantization = quantization
    return layer
  }
}
