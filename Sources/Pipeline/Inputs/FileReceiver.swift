import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Writes what a server sends to a file as it comes, so that a download that breaks off, or whose process is killed, leaves
/// what it had for the next one to go on with.
final class FileReceiver: NSObject, URLSessionDataDelegate, Sendable {
  private struct State {
    var handle: FileHandle?
    var response: URLResponse?
    /// Of the file.
    var failure: (any Error)?
    var completion: CheckedContinuation<Result<URLResponse?, InputError>, Never>?
  }

  private let file: URL
  /// Bytes that the file has, and that a partial answer goes on from.
  private let size: Int
  private let state = Mutex(State())

  init(_ file: URL, size: Int) {
    self.file = file
    self.size = size
  }

  /// The answer to `request`, whose body is in the file if the status is 200 (from its start) or 206 (from `size`).
  func receive(
    _ request: URLRequest, _ configuration: URLSessionConfiguration
  ) async throws(InputError) -> URLResponse? {
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    return try await withCheckedContinuation { continuation in
      state.withLock { $0.completion = continuation }
      session.dataTask(with: request).resume()
    }.get()
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let disposition: URLSession.ResponseDisposition = state.withLock { state in
      state.response = response
      guard let status = (response as? HTTPURLResponse)?.statusCode, status == 200 || status == 206 else {
        return .allow
      }
      do {
        state.handle = try Self.open(file, at: status == 206 ? size : 0)
        return .allow
      } catch {
        state.failure = error
        return .cancel
      }
    }
    completionHandler(disposition)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let isFull = state.withLock { state in
      do {
        try state.handle?.write(contentsOf: data)
        return false
      } catch {
        state.failure = error
        state.handle = nil
        return true
      }
    }
    if isFull { dataTask.cancel() }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    let (completion, response, failure) = state.withLock { state in
      try? state.handle?.close()
      state.handle = nil
      defer { state.completion = nil }
      return (state.completion, state.response, state.failure)
    }
    if let failure {
      let reason = "cannot be written: \(failure.localizedDescription)"
      completion?.resume(returning: .failure(.malformed(source: file.path(percentEncoded: false), reason: reason)))
    } else if let error {
      let address = task.originalRequest?.url?.absoluteString ?? ""
      completion?.resume(returning: .failure(.network(url: address, reason: error.localizedDescription)))
    } else {
      completion?.resume(returning: .success(response))
    }
  }

  /// Redirects are given back to the caller, as `HTTPClient` does for all other requests.
  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }

  private static func open(_ file: URL, at offset: Int) throws -> FileHandle {
    let path = file.path(percentEncoded: false)
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: file) }
    let handle = try FileHandle(forWritingTo: file)
    try handle.truncate(atOffset: UInt64(offset))
    try handle.seekToEnd()
    return handle
  }
}
