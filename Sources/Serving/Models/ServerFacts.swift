internal import Bert
internal import Espalier
internal import JSON

/// What a server says of itself at `/info`, besides its models.
struct ServerFacts: Sendable {
  var version: String
  var instructionSet: String
  var threads: Int

  func json(models: [ServedModel], configuration: ServingConfiguration) -> String {
    let limits = configuration.limits
    let members = [
      JSONMember("version", .string(version)),
      JSONMember("instruction_set", .string(instructionSet)),
      JSONMember("threads", .number("\(threads)")),
      JSONMember("models", .array(models.map(Self.model))),
      JSONMember(
        "limits",
        .object([
          JSONMember("body_bytes", .number("\(limits.bodyBytes)")),
          JSONMember("texts", .number("\(limits.texts)")),
          JSONMember("text_bytes", .number("\(limits.textBytes)")),
          JSONMember("queue_tokens", .number("\(limits.queueTokens)")),
          JSONMember("batch_tokens", .number("\(limits.batchTokens)")),
          JSONMember("connections", .number("\(configuration.maxConnections)")),
          JSONMember("request_seconds", .number("\(configuration.requestTimeout / .seconds(1))")),
          JSONMember("idle_seconds", .number("\(configuration.idleTimeout / .seconds(1))")),
        ])),
    ]
    return JSONValue.object(members).compact
  }

  private static func model(_ model: ServedModel) -> JSONValue {
    let configuration = model.classifier.configuration
    return .object([
      JSONMember("name", .string(model.name)),
      JSONMember("labels", .array(model.classifier.labels.map { .string($0) })),
      JSONMember("scores", .string(model.classifier.scoreRule.rawValue)),
      JSONMember("scheme", .string(model.scheme)),
      JSONMember("size_bytes", .number("\(model.sizeBytes)")),
      JSONMember("layers", .number("\(configuration.numHiddenLayers)")),
      JSONMember("hidden_size", .number("\(configuration.hiddenSize)")),
      JSONMember("maximum_length", .number("\(model.classifier.maximumLength)")),
    ])
  }
}
