import JSON

/// Checked access to the keys of a `config.json`.
struct ConfigurationReader {
  /// Sizes above this are damage: their products must not overflow.
  static let largestCount = 1 << 24
  /// The names of all parameters are made before a weight is looked at: some thousands, not some hundred millions.
  static let largestLayerCount = 1 << 10

  let root: JSONValue
  let path: String
  let family: EncoderFamily
  let keys: ConfigurationKeys

  /// - Throws: ``BertError/unsupportedArchitecture(path:found:)``, and ``BertError/configuration(path:key:expected:found:)``
  ///   for a model that is no plain encoder.
  init(root: JSONValue, path: String) throws(BertError) {
    self.root = root
    self.path = path
    family = try Self.family(root, path: path)
    keys = family.keys
    try checkIsEncoder()
  }

  func failure(_ key: String, _ expected: String) -> BertError {
    .configuration(path: path, key: key, expected: expected, found: root[key]?.evidence ?? "none")
  }

  /// The value of a key; null counts as missing, as it does for the reference.
  private func value(_ key: String) -> JSONValue? {
    root[key].flatMap { $0 == .null ? nil : $0 }
  }

  /// By `model_type`, or by the names under `architectures`, or BERT. Other architectures share keys and names of tensors with
  /// these, but not the arithmetic.
  private static func family(_ root: JSONValue, path: String) throws(BertError) -> EncoderFamily {
    if let type = root["model_type"], type != .null {
      guard let family = type.text.flatMap(EncoderFamily.init(rawValue:)) else {
        throw .unsupportedArchitecture(path: path, found: "model_type \(type.evidence)")
      }
      return family
    }
    var families: [EncoderFamily] = []
    for name in (root["architectures"]?.elements ?? []).compactMap(\.text) {
      guard let family = EncoderFamily(architecture: name), family == families.first ?? family else {
        throw .unsupportedArchitecture(path: path, found: "\"\(name)\"")
      }
      families.append(family)
    }
    return families.first ?? .bert
  }

  private func checkIsEncoder() throws(BertError) {
    if let position = value("position_embedding_type"), position.text != "absolute" {
      throw failure("position_embedding_type", "\"absolute\"")
    }
    for key in ["is_decoder", "add_cross_attention", "is_encoder_decoder"] where value(key) == .bool(true) {
      throw failure(key, "false (encoders only)")
    }
    if case .object(let heads) = value("pruned_heads"), !heads.isEmpty {
      throw failure("pruned_heads", "none (models with single heads removed are not read)")
    }
  }

  func count(
    _ key: String, upTo largest: Int = Self.largestCount, orElse standard: Int? = nil
  ) throws(BertError) -> Int {
    guard let value = value(key) else {
      if let standard { return standard }
      throw failure(key, "a count")
    }
    guard let count = value.integer, 1...largest ~= count else {
      throw failure(key, "a count from 1 to \(largest)")
    }
    return count
  }

  func probability(_ key: String) throws(BertError) -> Double? {
    guard let value = value(key) else { return nil }
    guard let probability = value.double, 0..<1 ~= probability else { throw failure(key, "a number in 0 ..< 1") }
    return probability
  }

  func positive(_ key: String, orElse standard: Double) throws(BertError) -> Double {
    guard let value = value(key) else { return standard }
    // Float32 arithmetic uses the number, so it must be one there.
    guard let number = value.double, number > 0, Float(number) > 0, Float(number).isFinite else {
      throw failure(key, "a number above 0")
    }
    return number
  }

  func activation() throws(BertError) -> HiddenActivation {
    guard let value = value(keys.hiddenAct) else { return .gelu }
    guard let activation = value.text.flatMap(HiddenActivation.init(configured:)) else {
      throw failure(keys.hiddenAct, "\"gelu\", \"gelu_new\", \"gelu_pytorch_tanh\" or \"relu\"")
    }
    return activation
  }

  func padTokenID(vocabSize: Int) throws(BertError) -> Int? {
    guard let value = root["pad_token_id"] else { return keys.padTokenIDDefault }
    if value == .null, !family.countsFromPadding { return nil }
    guard let id = value.integer, 0..<vocabSize ~= id else {
      throw failure("pad_token_id", "an id below vocab_size = \(vocabSize)")
    }
    return id
  }

  /// The names of the classes: `id2label`, else `num_labels` names "LABEL_0", "LABEL_1" ... (two if that is missing too).
  func labels() throws(BertError) -> [String] {
    let stated: Int? = value("num_labels") == nil ? nil : try count("num_labels")
    guard let value = value("id2label") else {
      let count = stated ?? 2
      guard count <= 1 << 16 else { throw failure("num_labels", "at most \(1 << 16)") }
      return (0..<count).map { "LABEL_\($0)" }
    }
    guard case .object(let members) = value, !members.isEmpty else {
      throw failure("id2label", "an object of class numbers and names")
    }
    var labels = [String?](repeating: nil, count: members.count)
    for member in members {
      guard let id = Int(member.name), labels.indices ~= id, labels[id] == nil, let label = member.value.text else {
        throw .configuration(
          path: path, key: "id2label", expected: "one name for each class from \"0\" to \"\(members.count - 1)\"",
          found: "\"\(member.name)\": \(member.value.evidence)")
      }
      guard !labels.contains(label) else {
        throw .configuration(
          path: path, key: "id2label", expected: "a name of its own for each class", found: "\"\(label)\" twice")
      }
      labels[id] = label
    }
    if let stated, stated != labels.count {
      throw failure("num_labels", "\(labels.count), as id2label has")
    }
    return labels.compactMap { $0 }
  }

  func labelIDs() throws(BertError) -> [String: Int]? {
    guard let value = value("label2id") else { return nil }
    let classes = try labels().count
    guard case .object(let members) = value else { throw failure("label2id", "an object of names and class numbers") }
    var ids: [String: Int] = [:]
    for member in members {
      guard let id = member.value.integer, 0..<classes ~= id else {
        throw .configuration(
          path: path, key: "label2id", expected: "class numbers below \(classes)",
          found: "\"\(member.name)\": \(member.value.evidence)")
      }
      ids[member.name] = id
    }
    return ids
  }

  func problemType() throws(BertError) -> ProblemType? {
    guard let value = value("problem_type") else { return nil }
    guard let type = value.text.flatMap(ProblemType.init(rawValue:)) else {
      throw failure("problem_type", ProblemType.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or "))
    }
    return type
  }

  func architectures() throws(BertError) -> [String]? {
    guard let value = value("architectures") else { return nil }
    guard case .array(let elements) = value else { throw failure("architectures", "an array of names") }
    var names: [String] = []
    for element in elements {
      guard let name = element.text else { throw failure("architectures", "an array of names") }
      names.append(name)
    }
    return names
  }
}
