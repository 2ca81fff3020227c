package import JSON

/// Which weights of a directory are quantised, and how: `quantization_config` of config.json.
///
/// The form is that of compressed-tensors, as far as it can be honoured here: weights of s8 with one scale a row, or of four
/// bits in groups; inputs of linear layers quantised to s8 while the model runs, each token by its own scale or all by one
/// that is stored. What differs is refused.
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

  /// How the weights of a class of modules are stored.
  public enum WeightFormat: Hashable, Sendable {
    /// s8, one scale a row.
    case int8
    /// Four bits, one scale for `group` columns of a row, and a zero point unless symmetric.
    case int4(group: Int, isSymmetric: Bool)

    var bits: Int {
      switch self {
      case .int8: 8
      case .int4: 4
      }
    }
  }

  /// Where the scales of the inputs of quantised linear layers come from.
  public enum Inputs: Hashable, Sendable {
    /// Each token has its own, found while the model runs.
    case perToken
    /// All inputs of a layer have one, which is stored beside the weight. Of s8 weights alone.
    case perTensor
  }

  /// The classes whose weights are quantised, and how.
  public let weights: [ModuleClass: WeightFormat]
  /// The modules of those classes whose weights stay floats, by name, such as "classifier", or by class.
  public let ignore: [String]
  /// ``Inputs/perToken`` wherever linear layers are not of s8.
  public let inputs: Inputs
  /// ``ignore`` as canonical names of weights, so that a long list costs no time.
  private let ignoredWeights: Set<String>

  public init(weights: [ModuleClass: WeightFormat], ignore: [String], inputs: Inputs = .perToken) {
    self.weights = weights.filter { !ignore.contains($0.key.rawValue) }
    self.ignore = ignore
    self.inputs = self.weights[.linear] == .int8 ? inputs : .perToken
    var names: Set<String> = []
    for module in ignore {
      if case .parameter(let name) = WeightNames.meaning(of: module + ".weight") { names.insert(name) }
    }
    ignoredWeights = names
  }

  /// Classes of s8, one scale a row.
  public init(targets: Set<ModuleClass>, ignore: [String], inputs: Inputs = .perToken) {
    self.init(weights: Dictionary(uniqueKeysWithValues: targets.map { ($0, .int8) }), ignore: ignore, inputs: inputs)
  }

  /// The classes whose weights are quantised.
  public var targets: Set<ModuleClass> { Set(weights.keys) }

  /// How a parameter, by its canonical name, is stored; nil for floats.
  public func format(of name: String) -> WeightFormat? {
    guard let module = ModuleClass(weight: name), !ignoredWeights.contains(name) else { return nil }
    return weights[module]
  }

  /// Whether a parameter, by its canonical name, is stored quantised.
  public func quantizes(_ name: String) -> Bool { format(of: name) != nil }

  /// Whether a parameter, by its canonical name, is a weight beside which the scale of its input is stored.
  public func hasInputScale(_ name: String) -> Bool {
    inputs == .perTensor && ModuleClass(weight: name) == .linear && quantizes(name)
  }
}

extension QuantizationConfiguration {
  static let key = "quantization_config"
  static let method = "compressed-tensors"
  /// What the whole is called when classes differ.
  static let mixedFormat = "mixed-precision"

  /// Reads and checks the value of `quantization_config`; `path` is that of config.json, for messages.
  ///
  /// - Throws: ``BertError/configuration(path:key:expected:found:)`` with the full key, such as
  ///   `quantization_config.config_groups.group_0.weights.num_bits`.
  package init(json: JSONValue, path: String) throws(BertError) {
    let reader = QuantizationReader(value: json, key: Self.key, path: path)
    try reader.checkIsObject()
    try reader.text("quant_method", is: Self.method)
    let format = try reader.format()
    try reader.text("quantization_status", is: "compressed")
    for key in ["kv_cache_scheme", "sparsity_config", "transform_config"] { try reader.absent(key) }
    let groups = try reader.section("config_groups")
    var weights: [ModuleClass: WeightFormat] = [:]
    var inputs = Inputs.perToken
    for name in try groups.names() {
      let group = try groups.section(name)
      let target = try group.target()
      guard weights[target] == nil else { throw group.failure("targets", "one group for each class of modules") }
      let found = try group.weightFormat(of: target, format: format)
      weights[target] = found
      if target == .linear { inputs = try group.inputs(of: found) }
    }
    self.init(weights: weights, ignore: try reader.texts("ignore"), inputs: inputs)
  }
}

extension QuantizationConfiguration.WeightFormat {
  /// The name of the layout of the tensors.
  var layout: String {
    switch self {
    case .int8: "int-quantized"
    case .int4: "pack-quantized"
    }
  }
}
