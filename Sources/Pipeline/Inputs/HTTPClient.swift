import Compute
import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Requests that say what a download needs to know, and nothing else. Redirects are not followed by themselves: a token
/// must not go to another host.
struct HTTPClient: Sendable {
  struct Answer: Sendable {
    var status: Int
    var url: URL
    /// By lower-case names.
    var headers: [String: String]
  }

  private let token: String?
  private let session: URLSession

  init(token: String?) {
    self.token = token
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = 15
    session = URLSession(configuration: configuration, delegate: KeepRedirects(), delegateQueue: nil)
  }

  /// The answer to HEAD. A redirect within the host, as of a renamed repository, is followed; one that names the commit
  /// is the answer that is wanted, and one to another host is returned too.
  func head(_ url: URL) async throws(InputError) -> Answer {
    var address = url
    for _ in 0..<5 {
      let answer = try await answer(request(address, "HEAD", authorized: true))
      guard answer.headers["x-repo-commit"] == nil, let next = Self.redirect(answer), next.host() == url.host(),
        next.port == url.port
      else { return answer }
      address = next
    }
    throw .network(url: url.absoluteString, reason: "more than 5 redirects")
  }

  /// Appends what the server sends to `file`, from the byte on that the file ends with.
  func download(_ url: URL, to file: URL) async throws(InputError) {
    var address = url
    for _ in 0..<10 {
      let path = file.path(percentEncoded: false)
      let size = ((try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int) ?? 0
      var request = request(address, "GET", authorized: address.host() == url.host() && address.port == url.port)
      if size > 0 { request.setValue("bytes=\(size)-", forHTTPHeaderField: "Range") }
      let response = try await FileReceiver(file, size: size).receive(request, session.configuration)
      let answer = Self.answer(response, address)
      if let next = Self.redirect(answer) {
        address = next
        continue
      }
      switch answer.status {
      case 200, 206: return
      case 416:
        // What is there is longer than what the server has: it is of no use.
        try? FileManager.default.removeItem(at: file)
      default: throw .http(url: address.absoluteString, status: answer.status)
      }
    }
    throw .network(url: url.absoluteString, reason: "more than 10 redirects")
  }

  private func answer(_ request: URLRequest) async throws(InputError) -> Answer {
    let address = request.url ?? URL(filePath: "/")
    do {
      let (_, response) = try await session.data(for: request)
      return Self.answer(response, address)
    } catch {
      throw .network(url: address.absoluteString, reason: error.localizedDescription)
    }
  }

  private func request(_ url: URL, _ method: String, authorized: Bool) -> URLRequest {
    var request = URLRequest(url: url)
    request.httpMethod = method
    request.setValue("espalier/\(Espalier.version)", forHTTPHeaderField: "User-Agent")
    // A compressed answer would have another length and sum than the file.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if authorized, let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    return request
  }

  private static func answer(_ response: URLResponse?, _ url: URL) -> Answer {
    let http = response as? HTTPURLResponse
    var headers: [String: String] = [:]
    for (name, value) in http?.allHeaderFields ?? [:] {
      if let name = name as? String, let value = value as? String { headers[name.lowercased()] = value }
    }
    return Answer(status: http?.statusCode ?? 0, url: url, headers: headers)
  }

  private static func redirect(_ answer: Answer) -> URL? {
    guard (300..<400).contains(answer.status), let location = answer.headers["location"] else { return nil }
    return URL(string: location, relativeTo: answer.url)?.absoluteURL
  }
}

/// Gives redirects back to the caller.
private final class KeepRedirects: NSObject, URLSessionTaskDelegate {
  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }
}
