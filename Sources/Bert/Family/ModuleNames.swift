/// What a family calls the modules that BERT's names stand for.
private struct ModuleNames {
  /// Of everything in the encoder, with the final dot.
  let encoder: String
  /// Of a layer within the encoder, with the final dot; the layer's number follows.
  var layer = "encoder.layer."
  /// Within a layer, where it differs: canonical to stored.
  var inLayer: [(canonical: String, stored: String)] = []
  /// The two linear layers of the head.
  let head: (dense: String, output: String)
}

extension EncoderFamily {
  private static let head = (dense: "bert.pooler.dense", output: "classifier")
  private static let encoder = "bert."
  private static let layer = "encoder.layer."

  private var names: ModuleNames {
    switch self {
    case .bert: ModuleNames(encoder: Self.encoder, head: Self.head)
    case .distilbert:
      ModuleNames(
        encoder: "distilbert.", layer: "transformer.layer.",
        inLayer: [
          ("attention.self.query", "attention.q_lin"), ("attention.self.key", "attention.k_lin"),
          ("attention.self.value", "attention.v_lin"), ("attention.output.dense", "attention.out_lin"),
          ("attention.output.LayerNorm", "sa_layer_norm"), ("intermediate.dense", "ffn.lin1"),
          ("output.dense", "ffn.lin2"), ("output.LayerNorm", "output_layer_norm"),
        ],
        head: ("pre_classifier", "classifier"))
    case .electra:
      ModuleNames(encoder: "electra.", head: ("classifier.dense", "classifier.out_proj"))
    case .roberta, .xlmRoberta:
      ModuleNames(encoder: "roberta.", head: ("classifier.dense", "classifier.out_proj"))
    }
  }

  /// What transformers calls the module of a canonical name, such as `bert.encoder.layer.0.attention.self.query`. Names of
  /// anything else stay as they are.
  public func stored(module: String) -> String {
    if self == .bert { return module }
    let names = names
    if module == Self.head.dense { return names.head.dense }
    if module == Self.head.output { return names.head.output }
    guard module.hasPrefix(Self.encoder) else { return module }
    let rest = module.dropFirst(Self.encoder.count)
    guard rest.hasPrefix(Self.layer), let (number, part) = Self.split(rest.dropFirst(Self.layer.count)) else {
      return names.encoder + rest
    }
    let stored = names.inLayer.first { $0.canonical == part }?.stored ?? String(part)
    return "\(names.encoder)\(names.layer)\(number).\(stored)"
  }

  /// What transformers calls a tensor, by the canonical name of its module and its own, such as `weight` or `weight_scale`.
  public func stored(tensor: String) -> String {
    guard self != .bert, let dot = tensor.lastIndex(of: ".") else { return tensor }
    return stored(module: String(tensor[..<dot])) + tensor[dot...]
  }

  /// The canonical name of a module of the encoder or the head, whose stored name may lack the encoder's; nil for others.
  func canonical(module: String) -> String? {
    let names = names
    if module == names.head.dense { return Self.head.dense }
    if module == names.head.output { return Self.head.output }
    let rest = module.hasPrefix(names.encoder) ? module.dropFirst(names.encoder.count) : module[...]
    if rest.hasPrefix(names.layer) {
      guard let (number, part) = Self.split(rest.dropFirst(names.layer.count)) else { return nil }
      if names.inLayer.isEmpty { return "\(Self.encoder)\(Self.layer)\(number).\(part)" }
      guard let known = names.inLayer.first(where: { $0.stored == part }) else { return nil }
      return "\(Self.encoder)\(Self.layer)\(number).\(known.canonical)"
    }
    // A pooler belongs to BERT's head alone: the others' classifiers don't read it.
    if self == .bert, rest == "pooler.dense" { return Self.head.dense }
    guard rest.hasPrefix("embeddings.") || Self.encoder + rest == WeightNames.embeddingProjection else { return nil }
    return Self.encoder + rest
  }

  /// The number of a layer, as it is spelt, and what follows its dot.
  private static func split(_ name: Substring) -> (number: Substring, part: Substring)? {
    guard let dot = name.firstIndex(of: ".") else { return nil }
    return (name[..<dot], name[name.index(after: dot)...])
  }
}
