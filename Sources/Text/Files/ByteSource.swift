#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Bytes that come in pieces, so that a file need not fit in memory.
protocol ByteSource: AnyObject {
  /// For messages.
  var path: String { get }

  /// The next bytes; none at the end.
  func next() throws(TextError) -> [UInt8]

  /// Whether ``next()`` gives something, or the end, without waiting.
  var isReady: Bool { get }
}

/// A file, a pipe, or the standard input.
final class FileBytes: ByteSource {
  /// How the standard input is asked for.
  static let standardInput = "-"

  let path: String
  private let descriptor: Int32
  private let isOwned: Bool

  /// Whether opening it again gives the same bytes: not so with the standard input and pipes.
  static func canBeReadAgain(_ path: String) -> Bool {
    var status = stat()
    return path != standardInput && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  init(path: String) throws(TextError) {
    guard path != Self.standardInput else {
      self.path = "standard input"
      descriptor = STDIN_FILENO
      isOwned = false
      return
    }
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    isOwned = true
    guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
  }

  deinit { if isOwned { close(descriptor) } }

  func next() throws(TextError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &bytes, bytes.count)
      if count >= 0 {
        bytes.removeLast(bytes.count - count)
        return bytes
      }
      if errno != EINTR { throw Self.unreadable(path, errno) }
    }
  }

  var isReady: Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, 0) > 0
  }

  private static func unreadable(_ path: String, _ code: Int32) -> TextError {
    let reason =
      switch code {
      case ENOENT: "there is no such file"
      case EISDIR: "it is a directory"
      default: String(cString: strerror(code))
      }
    return .unreadable(path: path, reason: reason)
  }
}
