package import JSON

extension QuantizationConfiguration {
  /// The value of `quantization_config`, with the keys that compressed-tensors writes.
  package var json: JSONValue {
    let groups = ModuleClass.allCases.filter(targets.contains).enumerated().map { index, target in
      JSONMember("group_\(index)", Self.group(target))
    }
    return .object([
      JSONMember("config_groups", .object(groups)),
      JSONMember("format", .string(Self.format)),
      JSONMember("global_compression_ratio", .null),
      JSONMember("ignore", .array(ignore.map { .string($0) })),
      JSONMember("kv_cache_scheme", .null),
      JSONMember("quant_method", .string(Self.method)),
      JSONMember("quantization_status", .string("compressed")),
    ])
  }

  private static func group(_ target: ModuleClass) -> JSONValue {
    .object([
      JSONMember("format", .string(format)),
      JSONMember(
        "input_activations", target == .linear ? numbers(strategy: "token", isDynamic: true) : .null),
      JSONMember("output_activations", .null),
      JSONMember("targets", .array([.string(target.rawValue)])),
      JSONMember("weights", numbers(strategy: "channel", isDynamic: false)),
    ])
  }

  private static func numbers(strategy: String, isDynamic: Bool) -> JSONValue {
    .object([
      JSONMember("actorder", .null),
      JSONMember("block_structure", .null),
      JSONMember("dynamic", .bool(isDynamic)),
      JSONMember("group_size", .null),
      JSONMember("num_bits", .number("8")),
      JSONMember("observer", .null),
      JSONMember("observer_kwargs", .object([])),
      JSONMember("strategy", .string(strategy)),
      JSONMember("symmetric", .bool(true)),
      JSONMember("type", .string("int")),
    ])
  }
}
