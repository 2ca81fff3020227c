public import Bert
public import Compute
public import Text
internal import Training

/// What goes into the linear layers of a model in floats while it reads sentences, as histograms: of it the scales of
/// static quantisation are chosen.
///
/// - Complexity: one forward pass over the sentences, two with smoothing; 32 kB for each layer's input, and the activations
///   of one batch.
public struct Calibration: Sendable {
  /// How many sentences are read where nothing else is said.
  public static let standardSentences = 512
  /// One sentence would say what one sentence needs.
  public static let fewestSentences = 2

  public let sentences: Int
  /// By the names of ``LinearSite``.
  public let histograms: [String: ActivationHistogram]
  /// What the weights were changed by before the model was run; nil for nothing.
  public let folding: ValueFolding?
  /// Of inputs, `[inputs, inputs]`, for rounding by ``QuantizationScheme/int4``; nil where they weren't asked for.
  let moments: [String: [Float]]?

  /// - Parameters:
  ///   - data: sentences of the training split; labels are not looked at.
  ///   - smoothing: how much of the outliers of what attention gives goes into weights, 0...1: ``ValueFolding``; nil for
  ///     none.
  ///   - withMoments: whether second moments are needed too, of which weights of four bits are rounded.
  ///   - progress: called with the number of sentences done.
  /// - Throws: ``BertError/alreadyQuantized(path:)``, ``CompressionError/calibrationTooSmall(sentences:fewest:)``,
  ///   ``CompressionError/activationNotFinite(site:value:)``.
  public static func measure(
    _ source: Checkpoint, on data: TokenizedText, smoothing: Double? = nil, withMoments: Bool = false,
    backend: CPUBackend, progress: (Int) throws -> Void = { _ in }
  ) throws -> Calibration {
    guard source.configuration.quantization == nil else { throw BertError.alreadyQuantized(path: source.path) }
    guard data.count >= fewestSentences else {
      throw CompressionError.calibrationTooSmall(sentences: data.count, fewest: fewestSentences)
    }
    try source.validate(requireClassifier: true)
    var folding: ValueFolding?
    if let smoothing {
      var magnitudes = ChannelMagnitudes(channels: source.configuration.hiddenSize)
      try observe(try PackedClassifier(checkpoint: source, backend: backend), data, backend, { _ in }) {
        magnitudes.add($1, site: $0)
      }
      folding = try ValueFolding(source, magnitudes, strength: smoothing)
    }
    let model = try PackedClassifier(reader: FoldedWeights(source: source, folding: folding), backend: backend)
    var histograms: [String: ActivationHistogram] = [:]
    let moments = withMoments ? InputMoments(backend: backend) : nil
    try observe(model, data, backend, progress, moments) { histograms[$0, default: ActivationHistogram()].add($1) }
    return Calibration(
      sentences: data.count, histograms: histograms, folding: folding, moments: try moments?.values())
  }

  /// Runs the model over the data.
  ///
  /// - Parameter take: is given a site and what went into it, and gives the first number that isn't finite.
  private static func observe(
    _ model: PackedClassifier, _ data: TokenizedText, _ backend: CPUBackend, _ progress: (Int) throws -> Void,
    _ moments: InputMoments? = nil, _ take: @escaping (String, [Float]) -> Float?
  ) throws {
    var damage: (site: String, value: Float)?
    let observer: LinearObserver = { (site, input) throws(TensorError) in
      if let value = take(site, try backend.read(input)), damage == nil { damage = (site, value) }
      try moments?.add(input, site: site)
    }
    var done = 0
    for rows in BatchPlan.inOrder(
      lengths: data.lengths, tokenBudget: Evaluator.tokenBudget)
    {
      _ = try model.logits(try EncoderInput(data.batch(rows)), observing: observer)
      if let damage { throw CompressionError.activationNotFinite(site: damage.site, value: damage.value) }
      done += rows.count
      try progress(done)
    }
  }

  /// How each layer's input is quantised, by the names of ``LinearSite``.
  ///
  /// - Complexity: some hundred passes over a histogram for each, some tens of milliseconds.
  public func ranges(_ choice: RangeChoice) -> [String: InputRange] { histograms.mapValues { $0.range(choice) } }
}
