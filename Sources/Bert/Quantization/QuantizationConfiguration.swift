package import JSON

/// Which weights of a directory are quantised, and how: `quantization_config` of config.json.
///
/// The form is that of compressed-tensors, as far as it can be honoured here: weights of s8 with one scale a row, or of four
/// bits in groups; inputs of linear layers quantised to s8 while the model runs, each token by its own scale or all by one
/// that is stored. Modules are named by class or each by its own name, which goes before the class (`match_targets` there);
/// what is ignored stays floats in any case. What differs is refused.
///
/// - SeeAlso: `QuantizationConfig` of https://github.com/vllm-project/compressed-tensors, version 0.12.2.
public struct QuantizationConfiguration: Equatable, Sendable {
  /// A class of PyTorch's modules; the raw value is its name among the targets.
  public enum ModuleClass: String, CaseIterable, Sendable {
    case linear = "Linear"
    case embedding = "Embedding"

    /// The class of the module that has this weight, by the weight's canonical name; nil for LayerNorm's and for biases.
    package init?(weight name: String) {
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
    /// Four bits, indices of ``NormalFloat/levels``, one scale for `group` columns of a row. Of linear layers alone.
    case nf4(group: Int)

    var bits: Int {
      switch self {
      case .int8: 8
      case .int4, .nf4: 4
      }
    }

    /// Of four bits: how many columns share a scale, and whether there are no zero points.
    var grouping: (columns: Int, isSymmetric: Bool)? {
      switch self {
      case .int8: nil
      case .int4(let group, let isSymmetric): (group, isSymmetric)
      case .nf4(let group): (group, true)
      }
    }
  }

  /// Where the scales of the inputs of quantised linear layers come from.
  public enum Inputs: Hashable, Sendable {
    /// Each token has its own, found while the model runs.
    case perToken
    /// All inputs of a layer have one, which is stored beside the weight, with a zero point unless symmetric. Of s8
    /// weights alone.
    case perTensor(isSymmetric: Bool)
  }

  /// How a module is quantised.
  public struct Format: Hashable, Sendable {
    public let weights: WeightFormat
    /// ``Inputs/perToken`` for embeddings, whose inputs are ids.
    public let inputs: Inputs

    public init(weights: WeightFormat, inputs: Inputs = .perToken) {
      self.weights = weights
      self.inputs = inputs
    }
  }

  /// The classes whose weights are quantised, and how.
  public let weights: [ModuleClass: WeightFormat]
  /// Modules that are quantised by name, such as "bert.pooler.dense": a name goes before a class.
  public let modules: [String: Format]
  /// The modules whose weights stay floats, by name, such as "classifier", or by class, whatever else names them.
  public let ignore: [String]
  /// Of ``weights``; ``Inputs/perToken`` wherever linear layers are not of s8.
  public let inputs: Inputs
  /// ``ignore`` as canonical names of weights, so that a long list costs no time.
  private let ignoredWeights: Set<String>

  /// - Parameter modules: with or without "bert."; what names no linear layer and no embedding table is left out.
  public init(
    weights: [ModuleClass: WeightFormat] = [:], modules: [String: Format] = [:], ignore: [String],
    inputs: Inputs = .perToken
  ) {
    self.weights = weights.filter { !ignore.contains($0.key.rawValue) }
    self.ignore = ignore
    self.inputs = Self.possible(inputs, .linear, self.weights[.linear])
    var named: [String: Format] = [:]
    for (module, format) in modules {
      guard let weight = Self.weight(of: module), let moduleClass = ModuleClass(weight: weight),
        !ignore.contains(moduleClass.rawValue)
      else { continue }
      named[Self.module(of: weight)] = Format(
        weights: format.weights, inputs: Self.possible(format.inputs, moduleClass, format.weights))
    }
    self.modules = named
    ignoredWeights = Set(ignore.compactMap { Self.weight(of: $0) })
  }

  /// Classes of s8, one scale a row.
  public init(targets: Set<ModuleClass>, ignore: [String], inputs: Inputs = .perToken) {
    self.init(weights: Dictionary(uniqueKeysWithValues: targets.map { ($0, .int8) }), ignore: ignore, inputs: inputs)
  }

  /// The classes whose weights are quantised, all or some.
  public var targets: Set<ModuleClass> {
    Set(weights.keys).union(modules.keys.compactMap { ModuleClass(weight: $0 + Self.weightSuffix) })
  }

  /// How a parameter, by its canonical name, is stored; nil for floats.
  public func format(of name: String) -> WeightFormat? { module(of: name)?.weights }

  /// Whether a parameter, by its canonical name, is stored quantised.
  public func quantizes(_ name: String) -> Bool { module(of: name) != nil }

  /// Whether a parameter, by its canonical name, is a weight beside which the scale of its input is stored.
  public func hasInputScale(_ name: String) -> Bool {
    if case .perTensor? = module(of: name)?.inputs { true } else { false }
  }

  /// Whether it is one beside which the zero point of its input is stored too.
  public func hasInputZeroPoint(_ name: String) -> Bool {
    module(of: name)?.inputs == .perTensor(isSymmetric: false)
  }

  private func module(of name: String) -> Format? {
    guard let moduleClass = ModuleClass(weight: name), !ignoredWeights.contains(name) else { return nil }
    if let format = modules[Self.module(of: name)] { return format }
    return weights[moduleClass].map { Format(weights: $0, inputs: moduleClass == .linear ? inputs : .perToken) }
  }

  private static let weightSuffix = ".weight"

  /// The canonical name of a module's weight; nil if the name means nothing here.
  ///
  /// - Parameter family: whose name of the module it is; that of BERT is the canonical one.
  static func weight(of module: String, _ family: EncoderFamily = .bert) -> String? {
    guard case .parameter(let name) = WeightNames.meaning(of: module + weightSuffix, family) else { return nil }
    return name
  }

  /// The canonical name of the module that has this weight.
  static func module(of weight: String) -> String { String(weight.dropLast(weightSuffix.count)) }

  private static func possible(_ inputs: Inputs, _ moduleClass: ModuleClass, _ weights: WeightFormat?) -> Inputs {
    moduleClass == .linear && weights == .int8 ? inputs : .perToken
  }
}

extension QuantizationConfiguration {
  static let key = "quantization_config"
  static let method = "compressed-tensors"
  /// The `type` of NF4, which compressed-tensors has not.
  static let normalFloat = "nf4"
  /// What the whole is called when classes differ.
  static let mixedFormat = "mixed-precision"

  /// Reads and checks the value of `quantization_config`; `path` is that of config.json, for messages. Modules have the names
  /// of their family there, here the canonical ones.
  ///
  /// - Throws: ``BertError/configuration(path:key:expected:found:)`` with the full key, such as
  ///   `quantization_config.config_groups.group_0.weights.num_bits`.
  package init(json: JSONValue, path: String, family: EncoderFamily) throws(BertError) {
    let reader = QuantizationReader(value: json, key: Self.key, path: path, family: family)
    try reader.checkIsObject()
    try reader.text("quant_method", is: Self.method)
    let format = try reader.format()
    try reader.text("quantization_status", is: "compressed")
    for key in ["kv_cache_scheme", "sparsity_config", "transform_config"] { try reader.absent(key) }
    let groups = try reader.section("config_groups")
    var weights: [ModuleClass: WeightFormat] = [:]
    var modules: [String: Format] = [:]
    var inputs = Inputs.perToken
    for name in try groups.names() {
      let group = try groups.section(name)
      let targets = try group.targets()
      let found = try group.weightFormat(of: targets.moduleClass, format: format)
      let foundInputs = targets.moduleClass == .linear ? try group.inputs(of: found) : .perToken
      for module in targets.modules {
        let format = Format(weights: found, inputs: foundInputs)
        guard modules.updateValue(format, forKey: module) == nil else {
          throw group.failure("targets", "'\(module)' once in all groups")
        }
      }
      guard targets.isWholeClass else { continue }
      guard weights.updateValue(found, forKey: targets.moduleClass) == nil else {
        throw group.failure("targets", "one group for each class of modules")
      }
      if targets.moduleClass == .linear { inputs = foundInputs }
    }
    self.init(weights: weights, modules: modules, ignore: try reader.ignored(), inputs: inputs)
  }
}

extension QuantizationConfiguration.WeightFormat {
  /// The name of the layout of the tensors.
  var layout: String {
    switch self {
    case .int8: "int-quantized"
    case .int4, .nf4: "pack-quantized"
    }
  }
}
