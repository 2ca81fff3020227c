/// A parameter that a configuration asks for.
public struct ExpectedTensor: Equatable, Sendable {
  public let name: String
  public let shape: [Int]

  public init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
  }
}

/// The names of BERT's parameters: those of `BertForSequenceClassification`, and how other files spell them.
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

  /// Reads a stored name: with or without the prefix `bert.`, with LayerNorm's `gamma` and `beta` of old files.
  public static func meaning(of stored: String) -> Meaning {
    var name = stored
    let bare = ["embeddings.", "encoder.", "pooler."]
    if bare.contains(where: name.hasPrefix) { name = "bert." + name }
    if name.hasSuffix("LayerNorm.gamma") { name = String(name.dropLast("gamma".count)) + "weight" }
    if name.hasSuffix("LayerNorm.beta") { name = String(name.dropLast("beta".count)) + "bias" }
    if name == "bert.embeddings.position_ids" { return .unused }
    let isKnown = name.hasPrefix("bert.") && bare.contains { name.dropFirst(5).hasPrefix($0) }
    return isKnown || classifierNames.contains(name) ? .parameter(name) : .unused
  }

  /// The encoder's parameters in the order of the model: embeddings, then layer by layer.
  public static func encoder(_ c: BertConfiguration) -> [ExpectedTensor] {
    var tensors: [ExpectedTensor] = []
    func add(_ name: String, _ shape: [Int]) { tensors.append(ExpectedTensor(name: name, shape: shape)) }
    func linear(_ name: String, _ outputs: Int, _ inputs: Int) {
      add(name + ".weight", [outputs, inputs])
      add(name + ".bias", [outputs])
    }
    func norm(_ name: String) {
      add(name + ".weight", [c.hiddenSize])
      add(name + ".bias", [c.hiddenSize])
    }
    let hidden = c.hiddenSize
    add("bert.embeddings.word_embeddings.weight", [c.vocabSize, hidden])
    add("bert.embeddings.position_embeddings.weight", [c.maxPositionEmbeddings, hidden])
    add("bert.embeddings.token_type_embeddings.weight", [c.typeVocabSize, hidden])
    norm("bert.embeddings.LayerNorm")
    for index in 0..<c.numHiddenLayers {
      let prefix = layer(index)
      linear(prefix + "attention.self.query", hidden, hidden)
      linear(prefix + "attention.self.key", hidden, hidden)
      linear(prefix + "attention.self.value", hidden, hidden)
      linear(prefix + "attention.output.dense", hidden, hidden)
      norm(prefix + "attention.output.LayerNorm")
      linear(prefix + "intermediate.dense", c.intermediateSize, hidden)
      linear(prefix + "output.dense", hidden, c.intermediateSize)
      norm(prefix + "output.LayerNorm")
    }
    return tensors
  }

  /// The pooler's parameters, `[C, C]` and `[C]`.
  public static func pooler(_ c: BertConfiguration) -> [ExpectedTensor] {
    zip(poolerNames, [[c.hiddenSize, c.hiddenSize], [c.hiddenSize]]).map(ExpectedTensor.init)
  }

  /// The classifier's parameters, `[K, C]` and `[K]`.
  public static func classifier(_ c: BertConfiguration) -> [ExpectedTensor] {
    zip(classifierNames, [[c.numLabels, c.hiddenSize], [c.numLabels]]).map(ExpectedTensor.init)
  }

  /// All parameters of `BertForSequenceClassification`, in order.
  public static func all(_ c: BertConfiguration) -> [ExpectedTensor] { encoder(c) + pooler(c) + classifier(c) }
}
