internal import Dispatch
internal import Espalier
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import JSON
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// Answers requests: one method an endpoint.
struct Responder: HTTPResponder {
  typealias Context = BasicRequestContext

  let models: [ServedModel]
  let configuration: ServingConfiguration
  let metrics: ServingMetrics
  let facts: ServerFacts
  /// Of an answer.
  let limit: TimeLimit
  /// Parses bodies that take long, one at a time, off the cooperative pool.
  private let parser = DispatchQueue(label: "espalier bodies")

  func respond(to request: Request, context: Context) async throws -> Response {
    let start = ContinuousClock.now
    let endpoint = Endpoint(path: request.uri.path)
    var response: Response
    do {
      response = try await answer(request, endpoint)
    } catch let problem as ProblemDocument {
      response = Self.response(problem)
    } catch let slow as SlowRequest {
      response = Self.response(
        ProblemDocument(
          kind: .slowRequest, status: .requestTimeout, detail: "expected the whole request within \(slow.limit)",
          closes: true))
    } catch let error as HTTPParserError {
      // Hummingbird ends the connection then, and ConnectionGuard writes the answer.
      throw error
    } catch {
      context.logger.error("\(endpoint.rawValue): \(error)")
      response = Self.response(
        ProblemDocument(kind: .failed, status: .internalServerError, detail: "the server failed; its log says why"))
    }
    metrics.count(path: endpoint, status: response.status.code, seconds: (ContinuousClock.now - start) / .seconds(1))
    response.headers[.xContentTypeOptions] = "nosniff"
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func answer(_ request: Request, _ endpoint: Endpoint) async throws -> Response {
    guard endpoint != .unknown else {
      let paths = Endpoint.allCases.filter { $0 != .unknown }.map(\.rawValue).joined(separator: ", ")
      throw ProblemDocument(
        kind: .notFound, status: .notFound, detail: "expected one of \(paths), found \(request.uri.path)")
    }
    guard endpoint.methods.contains(request.method) else {
      let allowed = endpoint.methods.map(\.rawValue).joined(separator: ", ")
      throw ProblemDocument(
        kind: .wrongMethod, status: .methodNotAllowed, detail: "expected \(allowed), found \(request.method.rawValue)",
        headers: [.allow: allowed])
    }
    switch endpoint {
    case .predict: return try await predict(request)
    case .health, .ready: return health()
    case .live: return Self.json(#"{"status":"ok"}"#)
    case .info: return Self.json(facts.json(models: models, configuration: configuration))
    case .description: return Self.json(OpenAPIDescription.json(version: facts.version))
    case .metrics:
      let text = metrics.text(models: models, limits: configuration.limits, version: facts.version)
      return Self.response(text, type: PrometheusText.contentType)
    case .page: return Page.response
    case .unknown: throw ProblemDocument(kind: .notFound, status: .notFound, detail: "no such path")
    }
  }

  /// Live is who answers; ready is who has room for more.
  private func health() -> Response {
    let full = models.filter { $0.classifier.waitingTokens >= configuration.limits.queueTokens }.map(\.name)
    let isReady = full.isEmpty
    var response = Self.json(#"{"status":"\#(isReady ? "ok" : "overloaded")","live":true,"ready":\#(isReady)}"#)
    if !isReady { response.status = .serviceUnavailable }
    return response
  }
}

extension Responder {
  private func predict(_ request: Request) async throws -> Response {
    let bytes = try await request.bytes(limit: configuration.limits.bodyBytes)
    let asked = try await parsed(bytes)
    guard let model = asked.model == nil ? models.first : models.first(where: { $0.name == asked.model }) else {
      let names = models.map(\.name).joined(separator: ", ")
      throw ProblemDocument.field(["model"], "expected one of \(names), found \(asked.model ?? "none")")
    }
    let start = ContinuousClock.now
    let predictions: [Prediction]
    do {
      predictions = try await model.classifier.predict(inputs: asked.inputs, within: limit)
    } catch ClassifierError.tooSlow(let limit) {
      throw ProblemDocument.unavailable(
        .tooSlow, "expected an answer within \(limit)",
        retryAfter: metrics.secondsUntilDone(model.classifier.waitingTokens, model: model.name))
    } catch ClassifierError.overloaded(let waiting, let limit) {
      throw ProblemDocument.unavailable(
        .overloaded, "\(waiting) tokens wait for '\(model.name)', expected at most \(limit) with this request",
        retryAfter: metrics.secondsUntilDone(waiting, model: model.name))
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return Self.answer(predictions, of: model, isSingle: asked.isSingle, milliseconds: 1000 * seconds)
  }

  /// More bytes than this take a millisecond or so to parse.
  private static let longBody = 1 << 16

  private func parsed(_ bytes: [UInt8]) async throws -> PredictRequest {
    let limits = configuration.limits
    guard bytes.count > Self.longBody else { return try Self.parsed(bytes, limits) }
    return try await withCheckedThrowingContinuation { continuation in
      parser.async { continuation.resume(with: Result { try Self.parsed(bytes, limits) }) }
    }
  }

  private static func parsed(_ bytes: [UInt8], _ limits: ServingLimits) throws -> PredictRequest {
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: bytes[...])
    } catch {
      throw ProblemDocument(
        kind: .malformedJSON, status: .badRequest, detail: "malformed JSON at byte \(error.offset): \(error.reason)")
    }
    return try PredictRequest(json, limits: limits)
  }

  private static func answer(
    _ predictions: [Prediction], of model: ServedModel, isSingle: Bool, milliseconds: Double
  ) -> Response {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 + predictions.count * 80)
    bytes += #"{"model":\#(JSONValue.string(model.name).compact),"milliseconds":"#.utf8
    PredictionText.append((milliseconds * 1000).rounded() / 1000, to: &bytes)
    bytes += (isSingle ? #","prediction":"# : #","predictions":["#).utf8
    for (index, prediction) in predictions.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      model.text.appendJSON(prediction, to: &bytes)
    }
    bytes += (isSingle ? "}" : "]}").utf8
    return Response(
      status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  private static func response(_ problem: ProblemDocument) -> Response {
    Response(
      status: problem.status, headers: problem.headerFields, body: .init(byteBuffer: ByteBuffer(string: problem.json)))
  }

  private static func json(_ text: String) -> Response { response(text, type: "application/json") }

  private static func response(_ text: String, type: String) -> Response {
    Response(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
