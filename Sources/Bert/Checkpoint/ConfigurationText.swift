import JSON

extension BertConfiguration {
  /// The text of `config.json`: the members that were read, in their order, with the values of today, and after them the
  /// keys that were missing.
  ///
  /// A value that has not changed keeps its spelling, so reading and writing a file gives an equal one up to white space.
  public var json: String {
    var members = readMembers
    for (key, value) in currentMembers {
      if let index = members.firstIndex(where: { $0.name == key }) {
        if !Self.same(members[index].value, value) { members[index].value = value }
      } else {
        members.append(JSONMember(key, value))
      }
    }
    if members.contains(where: { $0.name == "num_labels" }) {
      members = members.map { $0.name == "num_labels" ? JSONMember("num_labels", .number("\(numLabels)")) : $0 }
    }
    if quantization != readQuantization {
      members.removeAll { $0.name == QuantizationConfiguration.key }
      if let quantization { members.append(JSONMember(QuantizationConfiguration.key, quantization.json(for: family))) }
    }
    return JSONValue.object(members).formatted() + "\n"
  }

  private var currentMembers: [(String, JSONValue)] {
    let keys = family.keys
    // A family with a default of its own has no way to say "as the hidden states".
    let headDropout = keys.classifierDropoutDefault == nil ? classifierDropout : headDropoutProb
    var members: [(String, JSONValue)] = [
      (keys.attentionProbsDropoutProb, .number("\(attentionProbsDropoutProb)")),
      (keys.classifierDropout, headDropout.map { .number("\($0)") } ?? .null),
      (keys.hiddenAct, .string(hiddenAct.rawValue)),
      (keys.hiddenDropoutProb, .number("\(hiddenDropoutProb)")),
      (keys.hiddenSize, .number("\(hiddenSize)")),
      ("id2label", .object(id2label.enumerated().map { JSONMember("\($0)", .string($1)) })),
      ("initializer_range", .number("\(initializerRange)")),
      (keys.intermediateSize, .number("\(intermediateSize)")),
      (
        "label2id",
        .object(
          label2id.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map {
            JSONMember($0.key, .number("\($0.value)"))
          })
      ),
      ("max_position_embeddings", .number("\(maxPositionEmbeddings)")),
      ("model_type", .string(family.rawValue)),
      (keys.numAttentionHeads, .number("\(numAttentionHeads)")),
      (keys.numHiddenLayers, .number("\(numHiddenLayers)")),
      ("pad_token_id", padTokenID.map { .number("\($0)") } ?? .null),
      ("vocab_size", .number("\(vocabSize)")),
    ]
    if keys.hasTypesAndNorms {
      members += [
        ("layer_norm_eps", .number("\(layerNormEps)")),
        ("position_embedding_type", .string("absolute")),
        ("type_vocab_size", .number("\(typeVocabSize)")),
      ]
    }
    if keys.embeddingSizeDefault != nil { members.append(("embedding_size", .number("\(embeddingWidth)"))) }
    members.sort { $0.0 < $1.0 }
    if let architectures { members.insert(("architectures", .array(architectures.map { .string($0) })), at: 0) }
    if let problemType {
      members.append(("problem_type", .string(problemType.rawValue)))
    } else if readMembers.contains(where: { $0.name == "problem_type" }) {
      members.append(("problem_type", .null))
    }
    if let dtype {
      let known = ["dtype", "torch_dtype"].filter { key in readMembers.contains { $0.name == key } }
      members += (known.isEmpty ? ["torch_dtype"] : known).map { ($0, .string(dtype)) }
    }
    return members
  }

  /// Equal values, however they are spelt: 1e-12 and 1.0E-12, objects in another order, gelu_pytorch_tanh and gelu_new.
  private static func same(_ a: JSONValue, _ b: JSONValue) -> Bool {
    switch (a, b) {
    case (.number, .number):
      a.double == b.double
    case (.object(let x), .object(let y)):
      x.count == y.count && x.allSatisfy { member in b[member.name].map { same(member.value, $0) } ?? false }
    case (.string("gelu_pytorch_tanh"), .string("gelu_new")):
      true
    default:
      a == b
    }
  }
}
