import Foundation

/// A connection of which each byte is ours: requests that no client would send.
final class RawConnection {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  struct Answer {
    var status: Int
    /// By name in lower case.
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func json() throws -> [String: Any] {
      guard let object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
        throw Failure(description: "no object: \(text)")
      }
      return object
    }
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// - Parameter patience: seconds that a read may take.
  init(port: Int, patience: Int = 60) throws {
    #if canImport(Darwin)
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    if status != 0 {
      let code = errno
      close(descriptor)
      throw Failure(description: "cannot connect to port \(port): error \(code)")
    }
    var timeout = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      #if canImport(Darwin)
        let flags: Int32 = 0
      #else
        let flags = Int32(MSG_NOSIGNAL)
      #endif
      let count = bytes[done...].withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, flags) }
      if count < 0 { throw Failure(description: "cannot send: error \(errno)") }
      done += count
    }
  }

  /// Says that nothing more comes, and goes on reading.
  func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Whether there is something to read, or comes in time.
  func hasSomething(within milliseconds: Int32) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return !buffer.isEmpty || Foundation.poll(&poll, 1, milliseconds) > 0
  }

  /// The next answer; nil where the connection ends before it begins.
  func answer(hasBody: Bool = true) throws -> Answer? {
    while true {
      if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
        let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        let headers = Dictionary(
          lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces))
          }, uniquingKeysWith: { "\($0), \($1)" })
        buffer.removeFirst(end.upperBound)
        // An answer with a body has a length: all are made at once.
        let length = hasBody ? Int(headers["content-length"] ?? "0") ?? 0 : 0
        while buffer.count < length {
          guard try fill() else { throw Failure(description: "an answer that ends early: \(lines)") }
        }
        let body = Array(buffer[..<length])
        buffer.removeFirst(length)
        return Answer(status: status, headers: headers, body: body)
      }
      guard try fill() else {
        if buffer.isEmpty { return nil }
        throw Failure(description: "half an answer: \(String(decoding: buffer, as: UTF8.self))")
      }
    }
  }

  /// Whether something came; not at the end of the connection.
  private func fill() throws -> Bool {
    var block = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &block, block.count, 0)
    if count < 0, errno == ECONNRESET { return false }
    if count < 0 { throw Failure(description: "nothing came: error \(errno)") }
    buffer += block[..<count]
    return count > 0
  }
}
