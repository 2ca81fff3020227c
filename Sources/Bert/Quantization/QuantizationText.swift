package import JSON

extension QuantizationConfiguration {
  /// The value of `quantization_config`, with the keys that compressed-tensors writes and the family's names of modules.
  package func json(for family: EncoderFamily) -> JSONValue {
    let groups = groups
    let layouts = Set(groups.map(\.format.weights.layout))
    let members = groups.enumerated().map { JSONMember("group_\($0)", $1.json(for: family)) }
    return .object([
      JSONMember("config_groups", .object(members)),
      JSONMember("format", .string(layouts.count == 1 ? layouts.first ?? "" : Self.mixedFormat)),
      JSONMember("global_compression_ratio", .null),
      JSONMember("ignore", .array(ignore.map { .string(family.stored(module: $0)) })),
      JSONMember("kv_cache_scheme", .null),
      JSONMember("quant_method", .string(Self.method)),
      JSONMember("quantization_status", .string("compressed")),
    ])
  }

  /// Classes, then modules of one class and format together, in the order of the model.
  private var groups: [Group] {
    var groups = ModuleClass.allCases.compactMap { moduleClass in
      weights[moduleClass].map {
        Group(
          moduleClass: moduleClass, format: Format(weights: $0, inputs: inputs), targets: [moduleClass.rawValue])
      }
    }
    let ofClasses = groups.count
    for module in modules.keys.sorted(by: Self.comesBefore) {
      guard let format = modules[module], let moduleClass = ModuleClass(weight: module + ".weight") else { continue }
      let same = groups[ofClasses...].firstIndex { $0.moduleClass == moduleClass && $0.format == format }
      if let same {
        groups[same].targets.append(module)
      } else {
        groups.append(Group(moduleClass: moduleClass, format: format, targets: [module]))
      }
    }
    return groups
  }

  /// Embeddings, layers by their numbers, the rest; by name within each.
  private static func comesBefore(_ a: String, _ b: String) -> Bool {
    func place(_ module: String) -> (Int, String) {
      (WeightNames.layerIndex(module) ?? (WeightNames.isEmbedding(module + ".weight") ? -1 : .max), module)
    }
    return place(a) < place(b)
  }
}

/// Targets that are quantised alike.
private struct Group {
  let moduleClass: QuantizationConfiguration.ModuleClass
  let format: QuantizationConfiguration.Format
  var targets: [String]

  func json(for family: EncoderFamily) -> JSONValue {
    let inputs =
      switch format.inputs {
      case .perToken: Self.numbers(.int8, strategy: "token", isDynamic: true)
      case .perTensor(let isSymmetric):
        Self.numbers(.int8, strategy: "tensor", isDynamic: false, isSymmetric: isSymmetric)
      }
    let weights =
      switch format.weights {
      case .int8: Self.numbers(format.weights, strategy: "channel", isDynamic: false)
      case .int4, .nf4: Self.numbers(format.weights, strategy: "group", isDynamic: false)
      }
    return .object([
      JSONMember("format", .string(format.weights.layout)),
      JSONMember("input_activations", moduleClass == .linear ? inputs : .null),
      JSONMember("output_activations", .null),
      JSONMember("targets", .array(targets.map { .string(family.stored(module: $0)) })),
      JSONMember("weights", weights),
    ])
  }

  /// - Parameter isSymmetric: of bytes; four bits say it themselves.
  private static func numbers(
    _ format: QuantizationConfiguration.WeightFormat, strategy: String, isDynamic: Bool, isSymmetric: Bool = true
  ) -> JSONValue {
    let group = format.grouping.map { JSONValue.number("\($0.columns)") } ?? .null
    let isSymmetric = format.grouping?.isSymmetric ?? isSymmetric
    var type = "int"
    if case .nf4 = format { type = QuantizationConfiguration.normalFloat }
    return .object([
      JSONMember("actorder", .null),
      JSONMember("block_structure", .null),
      JSONMember("dynamic", .bool(isDynamic)),
      JSONMember("group_size", group),
      JSONMember("num_bits", .number("\(format.bits)")),
      JSONMember("observer", .null),
      JSONMember("observer_kwargs", .object([])),
      JSONMember("strategy", .string(strategy)),
      JSONMember("symmetric", .bool(isSymmetric)),
      JSONMember("type", .string(type)),
    ])
  }
}
