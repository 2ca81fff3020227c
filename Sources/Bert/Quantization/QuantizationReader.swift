import JSON

/// Checked access to a part of `quantization_config`. A missing key has the default of compressed-tensors; null is missing.
struct QuantizationReader {
  let value: JSONValue
  /// Of this part, from the top of config.json.
  let key: String
  let path: String
  /// Whose names modules have.
  let family: EncoderFamily

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
    return QuantizationReader(value: member(name) ?? .null, key: "\(key).\(name)", path: path, family: family)
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

  /// What stays floats: classes, and modules by their canonical names where these differ from the family's.
  func ignored() throws(BertError) -> [String] {
    let names = try texts("ignore")
    if family == .bert { return names }
    return names.compactMap { name in
      if QuantizationConfiguration.ModuleClass(rawValue: name) != nil { return name }
      return QuantizationConfiguration.weight(of: name, family).map(QuantizationConfiguration.module)
    }
  }

  /// What a group is for.
  struct Targets {
    let moduleClass: QuantizationConfiguration.ModuleClass
    /// Whether all modules of the class are meant that no name means.
    var isWholeClass = false
    /// Canonical names.
    var modules: [String] = []
  }

  /// Modules of one class, by the class or by their names.
  func targets() throws(BertError) -> Targets {
    var found: Targets?
    for element in member("targets")?.elements ?? [] {
      guard let name = element.text, let (moduleClass, module) = target(name),
        moduleClass == found?.moduleClass ?? moduleClass
      else { throw wrongTargets }
      var targets = found ?? Targets(moduleClass: moduleClass)
      if let module { targets.modules.append(module) } else { targets.isWholeClass = true }
      found = targets
    }
    guard let found else { throw wrongTargets }
    return found
  }

  private var wrongTargets: BertError {
    let known = QuantizationConfiguration.ModuleClass.allCases.map { "[\"\($0.rawValue)\"]" }
    return failure(
      "targets",
      known.joined(separator: " or ")
        + ", or names of modules of one of these, such as \"\(family.stored(module: LinearSite.pooler))\" (patterns, \"re:...\", are not read)"
    )
  }

  /// A class, with nil, or the class and canonical name of a module.
  private func target(_ name: String) -> (QuantizationConfiguration.ModuleClass, String?)? {
    if let moduleClass = QuantizationConfiguration.ModuleClass(rawValue: name) { return (moduleClass, nil) }
    guard let weight = QuantizationConfiguration.weight(of: name, family),
      let moduleClass = QuantizationConfiguration.ModuleClass(weight: weight)
    else { return nil }
    return (moduleClass, QuantizationConfiguration.module(of: weight))
  }

  /// The layout of all groups that don't name one: "int-quantized" or "pack-quantized"; nil where each has to.
  func format() throws(BertError) -> String? {
    let layouts = ["int-quantized", "pack-quantized"]
    guard let name = member("format")?.text?.lowercased(),
      layouts.contains(name) || name == QuantizationConfiguration.mixedFormat
    else {
      throw failure("format", "\"int-quantized\", \"pack-quantized\" or \"\(QuantizationConfiguration.mixedFormat)\"")
    }
    return layouts.contains(name) ? name : nil
  }

  /// How a group's weights are stored, after checking that it asks for what the kernels do to the modules of its class.
  ///
  /// - Parameter format: the layout, unless the group names one.
  func weightFormat(
    of target: QuantizationConfiguration.ModuleClass, format: String?
  ) throws(BertError) -> QuantizationConfiguration.WeightFormat {
    try absent("output_activations")
    let weights = try section("weights")
    let found = try weights.weightFormat()
    if case .nf4 = found, target == .embedding { throw weights.failure("type", "\"int\" for embeddings") }
    try text("format", is: found.layout, orElse: format)
    // What goes into a table are ids.
    if target == .embedding { try absent("input_activations") }
    return found
  }

  /// What a group of linear layers does to its inputs.
  func inputs(
    of weights: QuantizationConfiguration.WeightFormat
  ) throws(BertError) -> QuantizationConfiguration.Inputs {
    let inputs = try section("input_activations")
    try inputs.number("num_bits", is: 8, orElse: 8)
    try inputs.checkNumbers()
    if let size = inputs.member("group_size"), ![-1, 0].contains(size.integer) {
      throw inputs.failure("group_size", "null or -1")
    }
    // One scale that is stored, or one a token that isn't. The kernels could do no other.
    if weights == .int8, [nil, .bool(false)].contains(inputs.member("dynamic")) {
      try inputs.text("strategy", is: "tensor", orElse: "tensor")
      if inputs.member("symmetric") == .bool(false) { return .perTensor(isSymmetric: false) }
      try inputs.flag("symmetric", is: true, orElse: true)
      return .perTensor(isSymmetric: true)
    }
    try inputs.flag("symmetric", is: true, orElse: true)
    try inputs.flag("dynamic", is: true, orElse: false)
    try inputs.text("strategy", is: "token", orElse: "tensor")
    return .perToken
  }

  /// Of a `weights` section.
  private func weightFormat() throws(BertError) -> QuantizationConfiguration.WeightFormat {
    let isNormalFloat = member("type")?.text?.lowercased() == QuantizationConfiguration.normalFloat
    try checkNumbers(type: isNormalFloat ? QuantizationConfiguration.normalFloat : "int")
    if isNormalFloat {
      try number("num_bits", is: 4, orElse: 8)
      try flag("symmetric", is: true, orElse: true)
    }
    try flag("dynamic", is: false, orElse: false)
    let bits = member("num_bits").map { $0.integer ?? 0 } ?? 8
    switch bits {
    case 8:
      try flag("symmetric", is: true, orElse: true)
      let size = member("group_size")?.integer
      if member("group_size") != nil, ![-1, 0].contains(size) { throw failure("group_size", "null or -1") }
      if member("strategy") == nil {
        // A scale for each row may also be spelt as a group as long as the row.
        try number("group_size", is: -1, orElse: 0)
      } else {
        try text("strategy", is: "channel")
      }
      return .int8
    case 4:
      try text("strategy", is: "group", orElse: "group")
      guard let group = member("group_size")?.integer, group > 0, group.isMultiple(of: 32) else {
        throw failure("group_size", "a multiple of 32")
      }
      if isNormalFloat { return .nf4(group: group) }
      if let symmetric = member("symmetric") {
        guard case .bool(let isSymmetric) = symmetric else { throw failure("symmetric", "true or false") }
        return .int4(group: group, isSymmetric: isSymmetric)
      }
      return .int4(group: group, isSymmetric: true)
    default: throw failure("num_bits", "8 or 4")
    }
  }

  /// Whole numbers in the order of their columns.
  private func checkNumbers(type: String = "int") throws(BertError) {
    try text("type", is: type, orElse: "int")
    try absent("actorder")
    try absent("block_structure")
  }
}
