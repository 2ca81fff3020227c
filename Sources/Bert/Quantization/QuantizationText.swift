package import JSON

extension QuantizationConfiguration {
  /// The value of `quantization_config`, with the keys that compressed-tensors writes.
  package var json: JSONValue {
    let groups = ModuleClass.allCases.compactMap { target in weights[target].map { (target, $0) } }
    let layouts = Set(groups.map(\.1.layout))
    let members = groups.enumerated().map { index, group in
      JSONMember("group_\(index)", Self.group(group.0, group.1, inputs))
    }
    return .object([
      JSONMember("config_groups", .object(members)),
      JSONMember("format", .string(layouts.count == 1 ? layouts.first ?? "" : Self.mixedFormat)),
      JSONMember("global_compression_ratio", .null),
      JSONMember("ignore", .array(ignore.map { .string($0) })),
      JSONMember("kv_cache_scheme", .null),
      JSONMember("quant_method", .string(Self.method)),
      JSONMember("quantization_status", .string("compressed")),
    ])
  }

  private static func group(_ target: ModuleClass, _ format: WeightFormat, _ inputs: Inputs) -> JSONValue {
    let inputs =
      switch inputs {
      case .perToken: numbers(.int8, strategy: "token", isDynamic: true)
      case .perTensor: numbers(.int8, strategy: "tensor", isDynamic: false)
      }
    let weights =
      switch format {
      case .int8: numbers(format, strategy: "channel", isDynamic: false)
      case .int4: numbers(format, strategy: "group", isDynamic: false)
      }
    return .object([
      JSONMember("format", .string(format.layout)),
      JSONMember("input_activations", target == .linear ? inputs : .null),
      JSONMember("output_activations", .null),
      JSONMember("targets", .array([.string(target.rawValue)])),
      JSONMember("weights", weights),
    ])
  }

  private static func numbers(_ format: WeightFormat, strategy: String, isDynamic: Bool) -> JSONValue {
    var group = JSONValue.null
    var isSymmetric = true
    if case .int4(let size, let symmetric) = format {
      group = .number("\(size)")
      isSymmetric = symmetric
    }
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
      JSONMember("type", .string("int")),
    ])
  }
}
