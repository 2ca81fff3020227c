internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes

/// What Hummingbird leaves to others, on each connection: problem documents for what is no HTTP, the end of a connection
/// whose answer says so, a limit to the time in which a request arrives, and `100 Continue`.
///
/// Not Sendable: a channel's handlers are called on its event loop alone.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let bodyBytes: Int
  private let timeout: Duration
  private let metrics: ServingMetrics
  /// Until the end of the request that is arriving.
  private var arrival: Scheduled<Void>?
  private var parserError: HTTPParserError?
  private var closesAfterAnswer = false
  private var isCounted = false

  /// - Parameters:
  ///   - bodyBytes: the most that a body may have.
  ///   - timeout: from a request's head to its end.
  init(bodyBytes: Int, timeout: Duration, metrics: ServingMetrics) {
    self.bodyBytes = bodyBytes
    self.timeout = timeout
    self.metrics = metrics
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if !isCounted { metrics.countConnections(1) }
    isCounted = true
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    if isCounted { metrics.countConnections(-1) }
    isCounted = false
    arrival?.cancel()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      awaitEnd(context)
      askForBody(context, head)
    case .body: break
    case .end: arrival?.cancel()
    }
    context.fireChannelRead(data)
  }

  /// A body that is too large is refused before it is sent.
  private func askForBody(_ context: ChannelHandlerContext, _ head: HTTPRequest) {
    guard head.headerFields[.expect]?.lowercased() == "100-continue",
      head.headerFields[.contentLength].flatMap({ Int($0) }) ?? 0 <= bodyBytes
    else { return }
    context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
  }

  /// Whoever reads the request meets the error where the rest of it would come.
  private func awaitEnd(_ context: ChannelHandlerContext) {
    let (pipeline, slow) = (context.pipeline, SlowRequest(limit: timeout))
    arrival = context.eventLoop.scheduleTask(in: TimeAmount(timeout)) { pipeline.fireErrorCaught(slow) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? HTTPParserError { parserError = error }
    context.fireErrorCaught(error)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head) where head.status == .badRequest && head.headerFields[.contentLength] == "0":
      // Hummingbird's own answer to what it can't read; ours have bodies.
      closesAfterAnswer = true
      let problem = malformed
      let body = ByteBuffer(string: problem.json)
      var fields = problem.headerFields
      fields[.contentLength] = "\(body.readableBytes)"
      metrics.count(path: .unknown, status: problem.status.code, seconds: nil)
      context.write(wrapOutboundOut(.head(HTTPResponse(status: problem.status, headerFields: fields))), promise: nil)
      context.write(wrapOutboundOut(.body(body)), promise: promise)
    case .head(let head):
      if head.headerFields[.connection] == "close" { closesAfterAnswer = true }
      context.write(data, promise: promise)
    case .end where closesAfterAnswer:
      context.writeAndFlush(data, promise: promise)
      end(context)
    default: context.write(data, promise: promise)
    }
  }

  private var malformed: ProblemDocument {
    let isHead = parserError == .headerOverflow
    let reason = parserError.map { "\($0)" } ?? "its end is missing"
    return ProblemDocument(
      kind: .malformedRequest, status: isHead ? .requestHeaderFieldsTooLarge : .badRequest,
      detail: "the request can't be read: \(reason)", closes: true)
  }

  /// Closes our half, and the other when the client had time to read the answer: a connection that is closed while bytes
  /// arrive is reset, and the answer may be lost with it.
  private func end(_ context: ChannelHandlerContext) {
    let channel = context.channel
    context.close(mode: .output, promise: nil)
    context.eventLoop.scheduleTask(in: .seconds(2)) { channel.close(promise: nil) }
  }
}

/// A request didn't arrive in time.
struct SlowRequest: Error {
  var limit: Duration
}
