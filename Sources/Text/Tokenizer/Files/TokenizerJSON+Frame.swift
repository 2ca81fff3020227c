import JSON

extension TokenizerJSON {
  private static let processors = "BertProcessing, RobertaProcessing, TemplateProcessing or ByteLevel"

  /// The special tokens that `post_processor` puts around texts.
  func frame() throws(TextError) -> Frame {
    var frame: Frame?
    for step in try steps("post_processor", list: "processors") {
      // It moves offsets, of which there are none here.
      if step.type == "ByteLevel" { continue }
      guard frame == nil else {
        throw .setting(path: path, key: step.key, expected: "one processor that adds tokens", found: "two")
      }
      switch step.type {
      case "BertProcessing":
        frame = .bert(classID: try token(step, "cls"), separatorID: try token(step, "sep"))
      case "RobertaProcessing":
        frame = .roberta(classID: try token(step, "cls"), separatorID: try token(step, "sep"))
      case "TemplateProcessing":
        let single = try template(step, "single"), pair = try template(step, "pair")
        guard single.first == 1, single.second == 0 else {
          throw reader.failure(step.value["single"], "\(step.key).single", expected: "the sequence A, once")
        }
        guard pair.first == 1, pair.second == 1 else {
          throw reader.failure(step.value["pair"], "\(step.key).pair", expected: "the sequences A and B, once each")
        }
        frame = Frame(single: single.parts, pair: pair.parts)
      default: throw unsupported(step, expected: Self.processors)
      }
    }
    return frame ?? .none
  }

  /// The id in `["[CLS]", 101]`.
  private func token(_ step: Step, _ name: String) throws(TextError) -> Int32 {
    guard let pair = step.value[name]?.elements, pair.count == 2 else {
      throw reader.failure(step.value[name], "\(step.key).\(name)", expected: "a token and its id")
    }
    return try reader.id(pair[1], "\(step.key).\(name)[1]")
  }

  /// The parts of a template, and how often each text stands in it.
  private func template(
    _ step: Step, _ name: String
  ) throws(TextError) -> (parts: [Frame.Part], first: Int, second: Int) {
    guard let pieces = step.value[name]?.elements else {
      throw reader.failure(step.value[name], "\(step.key).\(name)", expected: "an array")
    }
    var result: (parts: [Frame.Part], first: Int, second: Int) = ([], 0, 0)
    for (index, piece) in pieces.enumerated() {
      let key = "\(step.key).\(name)[\(index)]"
      if let special = piece["SpecialToken"] {
        guard let token = special["id"]?.text else {
          throw reader.failure(special["id"], "\(key).SpecialToken.id", expected: "a string")
        }
        let ids = "\(step.key).special_tokens.\(token).ids"
        guard let values = step.value["special_tokens"]?[token]?["ids"]?.elements else {
          throw reader.failure(step.value["special_tokens"]?[token]?["ids"], ids, expected: "an array")
        }
        var specials: [Int32] = []
        for value in values { specials.append(try reader.id(value, ids)) }
        result.parts.append(.specials(specials, typeID: try typeID(special, "\(key).SpecialToken")))
      } else if let sequence = piece["Sequence"] {
        let type = try typeID(sequence, "\(key).Sequence")
        switch sequence["id"]?.text {
        case "A":
          result.parts.append(.first(typeID: type))
          result.first += 1
        case "B":
          result.parts.append(.second(typeID: type))
          result.second += 1
        default: throw reader.failure(sequence["id"], "\(key).Sequence.id", expected: "\"A\" or \"B\"")
        }
      } else {
        throw reader.failure(piece, key, expected: "a SpecialToken or a Sequence")
      }
    }
    return result
  }

  private func typeID(_ value: JSONValue, _ key: String) throws(TextError) -> Int32 {
    value["type_id"] == nil ? 0 : try reader.id(value["type_id"], "\(key).type_id")
  }
}
