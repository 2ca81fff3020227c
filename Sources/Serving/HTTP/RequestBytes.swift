internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore

extension Request {
  /// The body, which may have at most `limit` bytes.
  ///
  /// - Throws: a ``ProblemDocument`` where it has more, as soon as that is known; `HTTPParserError` where it can't be read.
  func bytes(limit: Int) async throws -> [UInt8] {
    let stated = headers[.contentLength].flatMap { Int($0) } ?? 0
    guard stated <= limit else {
      throw ProblemDocument.tooLarge(nil, "expected a body of at most \(limit) bytes, found \(stated)", closes: true)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(stated)
    for try await part in body {
      guard bytes.count + part.readableBytes <= limit else {
        throw ProblemDocument.tooLarge(nil, "expected a body of at most \(limit) bytes, found more", closes: true)
      }
      bytes += part.readableBytesView
    }
    return bytes
  }
}
