package import JSON

/// Which weights of a directory are quantised, and how: `quantization_config` of config.json.
///
/// The form is that of compressed-tensors, as far as it can be honoured here: weights of s8 with one scale a row; inputs of
/// linear layers quantised to s8 while the model runs, each token by its own scale. What differs is refused.
///
/// - SeeAlso: `QuantizationConfig` of https://github.com/vllm-project/compressed-tensors, version 0.12.2.
public struct QuantizationConfiguration: Equatable, Sendable {
  /// A class of PyTorch's modules; the raw value is its name among the targets.
  public enum ModuleClass: String, CaseIterable, Sendable {
    case linear = "Linear"
    case embedding = "Embedding"

    /// The class of the module that has this weight, by the weight's canonical name; nil for LayerNorm's and for biases.
    init?(weight name: String) {
      guard name.hasSuffix(".weight"), !name.hasSuffix("LayerNorm.weight") else { return nil }
      self = name.hasSuffix("_embeddings.weight") ? .embedding : .linear
    }
  }

  /// The classes whose weights are quantised.
  public let targets: Set<ModuleClass>
  /// The modules of those classes whose weights stay floats, by name, such as "classifier", or by class.
  public let ignore: [String]
  /// ``ignore`` as canonical names of weights, so that a long list costs no time.
  private let ignoredWeights: Set<String>

  public init(targets: Set<ModuleClass>, ignore: [String]) {
    self.targets = targets.filter { !ignore.contains($0.rawValue) }
    self.ignore = ignore
    var weights: Set<String> = []
    for module in ignore {
      if case .parameter(let name) = WeightNames.meaning(of: module + ".weight") { weights.insert(name) }
    }
    ignoredWeights = weights
  }

  /// Whether a parameter, by its canonical name, is stored as s8 with scales.
  public func quantizes(_ name: String) -> Bool {
    guard let module = ModuleClass(weight: name), targets.contains(module) else { return false }
    return !ignoredWeights.contains(name)
  }
}

extension QuantizationConfiguration {
  static let key = "quantization_config"
  static let method = "compressed-tensors"
  /// Weights stored as whole bytes; `pack-quantized` would be the one for fewer bits.
  static let format = "int-quantized"

  /// Reads and checks the value of `quantization_config`; `path` is that of config.json, for messages.
  ///
  /// - Throws: ``BertError/configuration(path:key:expected:found:)`` with the full key, such as
  ///   `quantization_config.config_groups.group_0.weights.num_bits`.
  package init(json: JSONValue, path: String) throws(BertError) {
    let reader = QuantizationReader(value: json, key: Self.key, path: path)
    try reader.checkIsObject()
    try reader.text("quant_method", is: Self.method)
    try reader.text("format", is: Self.format)
    try reader.text("quantization_status", is: "compressed")
    for key in ["kv_cache_scheme", "sparsity_config", "transform_config"] { try reader.absent(key) }
    let groups = try reader.section("config_groups")
    var targets: Set<ModuleClass> = []
    for name in try groups.names() {
      let group = try groups.section(name)
      let target = try group.target()
      guard targets.insert(target).inserted else {
        throw group.failure("targets", "one group for each class of modules")
      }
      try group.checkScheme(of: target)
    }
    self.init(targets: targets, ignore: try reader.texts("ignore"))
  }
}
