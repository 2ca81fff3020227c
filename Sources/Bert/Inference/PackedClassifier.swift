public import Compute
internal import Synchronization

/// A classifier ready for inference on the CPU: weights packed once, sentences of a batch end to end without padding.
///
/// A sentence's logits are the same whatever else is in its batch, and for every number of threads. Weights stored as F16
/// stay F16 in memory and are widened inside the kernels. Quantised weights are multiplied in integers, exactly.
public struct PackedClassifier: Sendable {
  public let configuration: BertConfiguration
  public let backend: CPUBackend
  /// Of words, positions and segments; where there are no segments, a row of zeros.
  private var tables: [EmbeddingTable]
  private let embeddingNorm: RowNorm
  /// To the width of the encoder; nil where embeddings have it.
  private var embeddingProjection: PackedLinear?
  private var layers: [PackedLayer]
  private var pooler: PackedLinear
  private let classifier: PackedLinear

  /// Packs the weights of a checkpoint.
  ///
  /// - Throws: ``BertError`` for files that can't be read, tensors that are missing, of the wrong shape or not finite.
  public init(checkpoint: Checkpoint, backend: CPUBackend) throws(BertError) {
    try checkpoint.validate(requireClassifier: true)
    try self.init(reader: checkpoint, backend: backend)
  }

  /// Packs the weights of a model in training.
  public init(_ classifier: BertClassifier, backend: CPUBackend) throws(BertError) {
    try self.init(reader: StoredWeights(classifier: classifier, backend: backend), backend: backend)
  }

  package init(reader: any WeightReader, backend: CPUBackend) throws(BertError) {
    configuration = reader.configuration
    self.backend = backend
    let packer = WeightPacker(reader: reader, backend: backend)
    tables = try packer.tables(WeightNames.embeddingTables(configuration))
    if !configuration.family.hasTokenTypes {
      do { tables.append(try backend.zeroRow(like: tables[0])) } catch { throw .tensor(error) }
    }
    embeddingNorm = try packer.norm("bert.embeddings.LayerNorm", width: configuration.embeddingWidth)
    embeddingProjection =
      configuration.projectsEmbeddings
      ? try packer.linear([LinearSite.embeddingProjection], inputs: configuration.embeddingWidth) : nil
    var layers: [PackedLayer] = []
    let count = reader.configuration.numHiddenLayers
    for index in 0..<count {
      layers.append(try PackedLayer(WeightNames.layer(index), isLast: index == count - 1, packer))
    }
    self.layers = layers
    pooler = try packer.linear([LinearSite.pooler])
    classifier = try packer.linear(["classifier"])
  }

  /// The model with the weights of some of its parts as other models have them, shared and not packed again.
  ///
  /// - Parameter parts: by the name of a ``QuantizationUnit``.
  /// - Precondition: all are of the same sizes, packed for the same backend.
  package func taking(_ parts: [String: PackedClassifier]) -> PackedClassifier {
    for other in parts.values { precondition(other.layers.count == layers.count, "\(other.layers.count) layers") }
    var model = self
    if let other = parts[QuantizationUnit.embeddings] { model.tables = other.tables }
    if let other = parts[LinearSite.embeddingProjection] { model.embeddingProjection = other.embeddingProjection }
    for index in layers.indices { model.layers[index] = layers[index].taking(parts.mapValues { $0.layers[index] }) }
    if let other = parts[LinearSite.pooler] { model.pooler = other.pooler }
    return model
  }

  /// Tokens that go through the layers together where all threads work at one part: enough rows to fill the kernels'
  /// blocks, so few that the widest activation (1536 columns of MiniLM: 3 MB) stays in the cache and its memory small,
  /// however large the batch.
  private static let tokenBudget = 512

  /// Tokens of a part that one thread takes through all layers. So few that a part's activations stay in the core's own
  /// cache from layer to layer, and that those of all threads take little memory; so many that the weights, which each part
  /// reads again, cost little beside their products. With 256 floats would be up to 2 % faster, and MiniLM take 6 MB more.
  private static let tokensOfOneThread = 24...128

  /// The logits of each sequence, `[B, K]` row by row.
  ///
  /// - Throws: ``TensorError/indexOutOfRange(op:index:bound:)`` for tokens that the model doesn't have.
  public func logits(_ input: EncoderInput) throws(TensorError) -> [Float] { try logits(input, observer: nil) }

  /// The same, showing what goes into each linear layer that can be quantised.
  ///
  /// - Parameter observer: called with a ``LinearSite`` and its input, some rows at a time, in the order of the model.
  public func logits(
    _ input: EncoderInput, observing observer: @escaping LinearObserver
  ) throws(TensorError) -> [Float] {
    try logits(input, observer: observer)
  }

  private func logits(_ input: EncoderInput, observer: LinearObserver?) throws(TensorError) -> [Float] {
    // An observer is told of one part after the other.
    if observer == nil,
      let parts = try input.parts(threadCount: backend.threadCount, tokens: Self.tokensOfOneThread)
    {
      return try logits(whole: parts)
    }
    var logits: [Float] = []
    for part in try input.parts(tokenBudget: Self.tokenBudget) {
      logits += try self.logits(of: part, observer, backend)
    }
    return logits
  }

  /// The logits of all parts, each of which one thread takes through all layers.
  private func logits(whole parts: [EncoderInput]) throws(TensorError) -> [Float] {
    let results = Mutex([Result<[Float], TensorError>?](repeating: nil, count: parts.count))
    backend.shareWhole(parts.count) { index, soloist in
      let result = Result { () throws(TensorError) in try self.logits(of: parts[index], nil, soloist) }
      results.withLock { $0[index] = result }
    }
    var logits: [Float] = []
    for case let result? in results.withLock({ $0 }) { logits += try result.get() }
    return logits
  }

  private func logits(
    of part: EncoderInput, _ observer: LinearObserver?, _ backend: CPUBackend
  ) throws(TensorError) -> [Float] {
    try logits(of: try embeddings(part, observer, backend), from: 0, layout: part.layout, observer, backend)
  }

  /// The normalised embeddings, in the encoder's width: the hidden states before layer 0, `[N, C]`.
  public func embeddings(_ input: EncoderInput) throws(TensorError) -> Tensor { try embeddings(input, nil, backend) }

  private func embeddings(
    _ input: EncoderInput, _ observer: LinearObserver?, _ backend: CPUBackend
  ) throws(TensorError) -> Tensor {
    let rows = try input.tableRows(for: configuration)
    let normal = try backend.layerNorm(
      try backend.embedding(rows, word: tables[0], position: tables[1], type: tables[2]), embeddingNorm)
    guard let embeddingProjection else { return normal }
    try observer?(LinearSite.embeddingProjection, normal)
    return try backend.linear(normal, embeddingProjection)
  }

  /// The hidden states behind one layer, `[N, C]`.
  public func layer(_ index: Int, _ hidden: Tensor, layout: SequenceLayout) throws(TensorError) -> Tensor {
    try layers[index](hidden, layout, ofFirstTokens: false, nil, backend)
  }

  /// The logits from the hidden states before layer `first`: what the layers from there on and the head make of them.
  ///
  /// With `first` one more than the layer that `hidden` comes before, that layer is ablated: it becomes the identity.
  public func logits(
    of hidden: Tensor, from first: Int, layout: SequenceLayout
  ) throws(TensorError) -> [Float] {
    try logits(of: hidden, from: first, layout: layout, nil, backend)
  }

  private func logits(
    of hidden: Tensor, from first: Int, layout: SequenceLayout, _ observer: LinearObserver?,
    _ backend: CPUBackend
  ) throws(TensorError) -> [Float] {
    var hidden = hidden
    var isSelected = false
    for index in first..<layers.count {
      isSelected = index == layers.count - 1
      hidden = try layers[index](hidden, layout, ofFirstTokens: isSelected, observer, backend)
    }
    if !isSelected { hidden = try backend.selectRows(hidden, layout.firstRows) }
    try observer?(LinearSite.pooler, hidden)
    let pooled = try backend.linear(hidden, pooler, activation: configuration.family.headActivation)
    return try backend.read(try backend.linear(pooled, classifier))
  }
}
