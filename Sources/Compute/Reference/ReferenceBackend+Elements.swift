#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension ReferenceBackend {
  /// y = activation(x)
  public func activation(_ x: Tensor, _ activation: Activation) throws(TensorError) -> Tensor {
    tensor(try values(x, "activation").map(activation.value), x.shape)
  }

  /// dx = dy activation'(x)
  public func activationVJP(_ dy: Tensor, x: Tensor, _ activation: Activation) throws(TensorError) -> Tensor {
    let a = try values(x, "activationVJP")
    return tensor(zip(try values(dy, "activationVJP"), a).map { $0 * activation.derivative($1) }, x.shape)
  }

  /// y[i] = f[i] x[i], f being the stream's factors.
  public func dropout(_ x: Tensor, _ stream: DropoutStream) throws(TensorError) -> Tensor {
    let a = try values(x, "dropout")
    return tensor(a.indices.map { stream.factor(at: UInt64($0)) * a[$0] }, x.shape)
  }

  /// y = a + b
  public func add(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
    tensor(zip(try values(a, "add"), try values(b, "add")).map { $0 + $1 }, a.shape)
  }

  /// y = factor x
  public func scale(_ x: Tensor, by factor: Float) throws(TensorError) -> Tensor {
    tensor(try values(x, "scale").map { Double(factor) * $0 }, x.shape)
  }

  /// Σ x²
  public func sumOfSquares(_ x: Tensor) throws(TensorError) -> Double {
    try values(x, "sumOfSquares").reduce(0) { $0 + $1 * $1 }
  }

  /// With t the step and g the gradient times its scale:
  ///
  ///     m = β1 m + (1 - β1) g,  v = β2 v + (1 - β2) g²
  ///     w = w - rate (decay w + m / (1 - β1^t) / (sqrt(v / (1 - β2^t)) + ε))
  public func adamW(
    weight: inout Tensor, firstMoment: inout Tensor, secondMoment: inout Tensor, gradient: Tensor, step: AdamWStep
  ) throws(TensorError) {
    var w = try values(weight, "adamW")
    var m = try values(firstMoment, "adamW")
    var v = try values(secondMoment, "adamW")
    let gradients = try values(gradient, "adamW")
    let correction1 = 1 - pow(step.beta1, Double(step.step))
    let correction2 = 1 - pow(step.beta2, Double(step.step))
    for i in w.indices {
      let g = step.gradientScale * gradients[i]
      m[i] = step.beta1 * m[i] + (1 - step.beta1) * g
      v[i] = step.beta2 * v[i] + (1 - step.beta2) * g * g
      let direction = m[i] / correction1 / ((v[i] / correction2).squareRoot() + step.epsilon)
      w[i] -= step.learningRate * (step.weightDecay * w[i] + direction)
    }
    weight = tensor(w, weight.shape)
    firstMoment = tensor(m, firstMoment.shape)
    secondMoment = tensor(v, secondMoment.shape)
  }
}

extension Activation {
  /// gelu: x Φ(x);  geluTanh: x (1 + tanh u) / 2, u = sqrt(2/π) (x + 0.044715 x³);  relu: max(x, 0)
  func value(_ x: Double) -> Double {
    switch self {
    case .none: x
    case .gelu: x * normalDistribution(x)
    case .geluTanh: x * (1 + hyperbolicTangent(geluArgument(x))) / 2
    case .relu: max(x, 0)
    case .tanh: hyperbolicTangent(x)
    }
  }

  /// The derivative of ``value(_:)``; 0 at relu's kink.
  func derivative(_ x: Double) -> Double {
    switch self {
    case .none:
      return 1
    case .gelu:
      return normalDistribution(x) + x * normalDensity(x)
    case .geluTanh:
      let t = hyperbolicTangent(geluArgument(x))
      return (1 + t) / 2 + x * (1 - t * t) / 2 * geluArgumentDerivative(x)
    case .relu:
      return x > 0 ? 1 : 0
    case .tanh:
      let t = hyperbolicTangent(x)
      return 1 - t * t
    }
  }
}

/// Φ(x), the distribution function of the standard normal.
private func normalDistribution(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

/// Φ'(x)
private func normalDensity(_ x: Double) -> Double { exp(-x * x / 2) / (2 * Double.pi).squareRoot() }

/// u(x)
private func geluArgument(_ x: Double) -> Double { (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x) }

private func geluArgumentDerivative(_ x: Double) -> Double { (2 / Double.pi).squareRoot() * (1 + 0.134145 * x * x) }

/// The C library's function: the case of its name hides it inside of Activation.
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
