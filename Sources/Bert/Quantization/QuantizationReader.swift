import JSON

/// Checked access to a part of `quantization_config`. A missing key has the default of compressed-tensors; null is missing.
struct QuantizationReader {
  let value: JSONValue
  /// Of this part, from the top of config.json.
  let key: String
  let path: String

  private func member(_ name: String) -> JSONValue? { value[name].flatMap { $0 == .null ? nil : $0 } }

  func failure(_ name: String, _ expected: String) -> BertError {
    .configuration(
      path: path, key: "\(key).\(name)", expected: expected, found: value[name]?.evidence ?? "none")
  }

  func checkIsObject() throws(BertError) {
    guard case .object = value else {
      throw .configuration(path: path, key: key, expected: "an object", found: value.evidence)
    }
  }

  func section(_ name: String) throws(BertError) -> QuantizationReader {
    guard case .object? = member(name) else { throw failure(name, "an object") }
    return QuantizationReader(value: member(name) ?? .null, key: "\(key).\(name)", path: path)
  }

  /// The names of the members, at least one.
  func names() throws(BertError) -> [String] {
    guard case .object(let members) = value, !members.isEmpty else {
      throw .configuration(path: path, key: key, expected: "at least one group", found: value.evidence)
    }
    return members.map(\.name)
  }

  func text(_ name: String, is expected: String, orElse standard: String? = nil) throws(BertError) {
    if member(name) == nil, standard == expected { return }
    guard member(name)?.text?.lowercased() == expected else { throw failure(name, "\"\(expected)\"") }
  }

  func number(_ name: String, is expected: Int, orElse standard: Int) throws(BertError) {
    if member(name) == nil, standard == expected { return }
    guard member(name)?.integer == expected else { throw failure(name, "\(expected)") }
  }

  func flag(_ name: String, is expected: Bool, orElse standard: Bool) throws(BertError) {
    if member(name) == nil, standard == expected { return }
    guard member(name) == .bool(expected) else { throw failure(name, "\(expected)") }
  }

  /// Refuses a setting that would change the meaning of the weights; empty ones and false say nothing.
  func absent(_ name: String) throws(BertError) {
    guard let value = member(name), ![.bool(false), .object([]), .array([])].contains(value) else { return }
    throw failure(name, "null")
  }

  /// A list of texts; empty if it is missing.
  func texts(_ name: String) throws(BertError) -> [String] {
    guard let value = member(name) else { return [] }
    let expected = "a list of names of modules (patterns, \"re:...\", are not read)"
    guard let elements = value.elements else { throw failure(name, expected) }
    var texts: [String] = []
    for element in elements {
      guard let text = element.text, !text.hasPrefix("re:") else {
        throw .configuration(path: path, key: "\(key).\(name)", expected: expected, found: element.evidence)
      }
      texts.append(text)
    }
    return texts
  }

  /// What a group is for: one class of modules.
  func target() throws(BertError) -> QuantizationConfiguration.ModuleClass {
    let targets = member("targets")?.elements ?? []
    guard targets.count == 1, let name = targets[0].text,
      let target = QuantizationConfiguration.ModuleClass(rawValue: name)
    else {
      let known = QuantizationConfiguration.ModuleClass.allCases.map { "[\"\($0.rawValue)\"]" }
      throw failure("targets", known.joined(separator: " or "))
    }
    return target
  }

  /// Checks that a group asks for what the kernels do to the modules of its class.
  func checkScheme(of target: QuantizationConfiguration.ModuleClass) throws(BertError) {
    try text("format", is: QuantizationConfiguration.format, orElse: QuantizationConfiguration.format)
    try absent("output_activations")
    let weights = try section("weights")
    try weights.checkNumbers()
    try weights.flag("dynamic", is: false, orElse: false)
    if weights.member("strategy") == nil {
      // A scale for each row may also be spelt as a group as long as the row.
      try weights.number("group_size", is: -1, orElse: 0)
    } else {
      try weights.text("strategy", is: "channel")
    }
    switch target {
    case .linear:
      let inputs = try section("input_activations")
      try inputs.checkNumbers()
      try inputs.flag("dynamic", is: true, orElse: false)
      try inputs.text("strategy", is: "token", orElse: "tensor")
    case .embedding:
      // What goes into a table are ids.
      try absent("input_activations")
    }
  }

  /// Symmetric whole numbers of eight bits.
  private func checkNumbers() throws(BertError) {
    try number("num_bits", is: 8, orElse: 8)
    try text("type", is: "int", orElse: "int")
    try flag("symmetric", is: true, orElse: true)
    try absent("actorder")
    try absent("block_structure")
    if let size = member("group_size"), ![-1, 0].contains(size.integer) { throw failure("group_size", "null or -1") }
  }
}
