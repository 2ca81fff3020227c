/// A parameter that a configuration asks for.
public struct ExpectedTensor: Equatable, Sendable {
  public let name: String
  public let shape: [Int]

  public init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
  }
}

/// The canonical names of parameters: those of `BertForSequenceClassification`, for every ``EncoderFamily``, and how files
/// spell them.
public enum WeightNames {
  /// What a stored name stands for.
  public enum Meaning: Equatable, Sendable {
    /// A parameter of the encoder or classifier, by its canonical name.
    case parameter(String)
    /// Something that classification does not need, such as the head of masked-language modelling.
    case unused
  }

  public static let poolerNames = ["bert.pooler.dense.weight", "bert.pooler.dense.bias"]
  public static let classifierNames = ["classifier.weight", "classifier.bias"]

  /// The prefix of a layer's parameters, with the final dot.
  public static func layer(_ index: Int) -> String { "bert.encoder.layer.\(index)." }

  /// The layer that a parameter belongs to; nil for embeddings, pooler and classifier.
  public static func layerIndex(_ name: String) -> Int? {
    let prefix = "bert.encoder.layer."
    guard name.hasPrefix(prefix) else { return nil }
    return Int(name.dropFirst(prefix.count).prefix { $0 != "." })
  }

  /// Whether a parameter comes before the layers.
  public static func isEmbedding(_ name: String) -> Bool {
    name.hasPrefix("bert.embeddings.") || name.hasPrefix(embeddingProjection + ".")
  }

  /// The module that makes the encoder's width of the embeddings', where they differ.
  static let embeddingProjection = "bert.embeddings_project"

  /// Reads a stored name of a family: with or without the prefix of the encoder, with LayerNorm's `gamma` and `beta` of old
  /// files.
  public static func meaning(of stored: String, _ family: EncoderFamily) -> Meaning {
    guard let dot = stored.lastIndex(of: "."), let module = family.canonical(module: String(stored[..<dot])) else {
      return .unused
    }
    var component = stored[stored.index(after: dot)...]
    if module.hasSuffix("LayerNorm") {
      if component == "gamma" { component = "weight" }
      if component == "beta" { component = "bias" }
    }
    return .parameter("\(module).\(component)")
  }

  /// The encoder's parameters in the order of the model: embeddings, then layer by layer.
  public static func encoder(_ c: BertConfiguration) -> [ExpectedTensor] {
    var tensors: [ExpectedTensor] = []
    func add(_ name: String, _ shape: [Int]) { tensors.append(ExpectedTensor(name: name, shape: shape)) }
    func linear(_ name: String, _ outputs: Int, _ inputs: Int) {
      add(name + ".weight", [outputs, inputs])
      add(name + ".bias", [outputs])
    }
    let hidden = c.hiddenSize
    func norm(_ name: String, _ width: Int) {
      add(name + ".weight", [width])
      add(name + ".bias", [width])
    }
    let tables = embeddingTables(c)
    for (name, rows) in zip(tables, [c.vocabSize, c.maxPositionEmbeddings, c.typeVocabSize]) {
      add(name, [rows, c.embeddingWidth])
    }
    norm("bert.embeddings.LayerNorm", c.embeddingWidth)
    if c.projectsEmbeddings { linear(embeddingProjection, hidden, c.embeddingWidth) }
    for index in 0..<c.numHiddenLayers {
      let prefix = layer(index)
      linear(prefix + "attention.self.query", hidden, hidden)
      linear(prefix + "attention.self.key", hidden, hidden)
      linear(prefix + "attention.self.value", hidden, hidden)
      linear(prefix + "attention.output.dense", hidden, hidden)
      norm(prefix + "attention.output.LayerNorm", hidden)
      linear(prefix + "intermediate.dense", c.intermediateSize, hidden)
      linear(prefix + "output.dense", hidden, c.intermediateSize)
      norm(prefix + "output.LayerNorm", hidden)
    }
    return tensors
  }

  /// The tables whose rows a token's embedding is the sum of: word, position and, where there are segments, type.
  static func embeddingTables(_ c: BertConfiguration) -> [String] {
    (["word", "position"] + (c.family.hasTokenTypes ? ["token_type"] : [])).map {
      "bert.embeddings.\($0)_embeddings.weight"
    }
  }

  /// The parameters of the head's first layer, `[C, C]` and `[C]`.
  public static func pooler(_ c: BertConfiguration) -> [ExpectedTensor] {
    zip(poolerNames, [[c.hiddenSize, c.hiddenSize], [c.hiddenSize]]).map(ExpectedTensor.init)
  }

  /// The classifier's parameters, `[K, C]` and `[K]`.
  public static func classifier(_ c: BertConfiguration) -> [ExpectedTensor] {
    zip(classifierNames, [[c.numLabels, c.hiddenSize], [c.numLabels]]).map(ExpectedTensor.init)
  }

  /// All parameters of a classifier, in order.
  public static func all(_ c: BertConfiguration) -> [ExpectedTensor] { encoder(c) + pooler(c) + classifier(c) }
}
