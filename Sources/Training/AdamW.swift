public import Bert
public import Compute

/// Adam with decoupled weight decay over all parameters of a model.
///
/// - SeeAlso: Loschilov and Hutter, "Decoupled weight decay regularization", 2019, arXiv:1711.05101.
public struct AdamW: Sendable {
  /// Steps taken.
  public private(set) var step = 0
  package var firstMoments: ParameterStore
  package var secondMoments: ParameterStore
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double
  private let weightDecay: Double
  private let layerwiseLrDecay: Double?
  private let maxGradNorm: Double

  public init(
    _ configuration: TrainingConfiguration, for parameters: ParameterStore, backend: any Backend
  ) throws(TensorError) {
    func zeros() throws(TensorError) -> ParameterStore {
      var moments: [(name: String, tensor: Tensor)] = []
      for name in parameters.names {
        let shape = parameters[name].shape
        moments.append((name, try backend.upload([Float](repeating: 0, count: shape.count), shape: shape)))
      }
      return ParameterStore(moments)
    }
    self.init(configuration, step: 0, firstMoments: try zeros(), secondMoments: try zeros())
  }

  package init(
    _ configuration: TrainingConfiguration, step: Int, firstMoments: ParameterStore, secondMoments: ParameterStore
  ) {
    self.step = step
    self.firstMoments = firstMoments
    self.secondMoments = secondMoments
    beta1 = configuration.adamBeta1
    beta2 = configuration.adamBeta2
    epsilon = configuration.adamEpsilon
    weightDecay = configuration.weightDecay
    layerwiseLrDecay = configuration.layerwiseLrDecay
    maxGradNorm = configuration.maxGradNorm
  }

  /// Moves the parameters against their gradients.
  ///
  /// - Parameters:
  ///   - batches: how many batches' gradients were added up; their mean is taken.
  ///   - learningRate: of this step.
  /// - Returns: the norm of the mean gradient before clipping.
  public mutating func update(
    _ parameters: inout ParameterStore, gradients: Gradients, batches: Int, learningRate: Double,
    backend: any Backend
  ) throws(TensorError) -> Double {
    step += 1
    var squares = 0.0
    for name in parameters.names {
      if let gradient = gradients.byName[name] { squares += try backend.sumOfSquares(gradient) }
    }
    let norm = squares.squareRoot() / Double(batches)
    // As PyTorch's clip_grad_norm_.
    let clip = maxGradNorm > 0 ? min(1, maxGradNorm / (norm + 1e-6)) : 1
    let layerCount = (parameters.names.compactMap(WeightNames.layerIndex).max() ?? -1) + 1
    for name in parameters.names {
      guard let gradient = gradients.byName[name] else { continue }
      let settings = AdamWStep(
        learningRate: learningRate * factor(name, layerCount: layerCount), beta1: beta1, beta2: beta2, epsilon: epsilon,
        weightDecay: Self.decays(name) ? weightDecay : 0, step: step, gradientScale: clip / Double(batches))
      try backend.adamW(
        weight: &parameters[name], firstMoment: &firstMoments[name], secondMoment: &secondMoments[name],
        gradient: gradient, step: settings)
    }
    return norm
  }

  /// What the rate of a parameter is multiplied by: the decay, once for each layer between it and the pooler.
  private func factor(_ name: String, layerCount: Int) -> Double {
    guard let layerwiseLrDecay else { return 1 }
    let layersAbove =
      WeightNames.isEmbedding(name) ? layerCount + 1 : WeightNames.layerIndex(name).map { layerCount - $0 } ?? 0
    return repeatElement(layerwiseLrDecay, count: layersAbove).reduce(1, *)
  }

  /// Whether a parameter is pulled to zero: neither biases nor LayerNorm are.
  static func decays(_ name: String) -> Bool { !name.hasSuffix(".bias") && !name.contains("LayerNorm") }
}
