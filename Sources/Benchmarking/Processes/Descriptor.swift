#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An end of a pipe, as the system numbers it.
enum Descriptor {
  /// A pipe that no process inherits unasked: an end that another child held would keep the pipe open.
  static func makePipe() throws(BenchmarkError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .start(program: "a pipe", code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// - Returns: whether all was written; a pipe that nobody reads takes nothing.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { send($0, to: descriptor) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// What there is, waiting for something; empty at the end, nil if there was nothing for `seconds`.
  static func read(_ descriptor: Int32, seconds: Double?) -> [UInt8]? {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let milliseconds = seconds.map { Int32(min($0 * 1000, 2e9)) } ?? -1
    var ready = poll(&waiting, 1, milliseconds)
    while ready < 0 && errno == EINTR { ready = poll(&waiting, 1, milliseconds) }
    guard ready != 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    var count = receive(&bytes, from: descriptor)
    while count < 0 && errno == EINTR { count = receive(&bytes, from: descriptor) }
    return Array(bytes[..<max(0, count)])
  }

  private static func send(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
    #if canImport(Darwin)
      Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      Musl.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  private static func receive(_ bytes: inout [UInt8], from descriptor: Int32) -> Int {
    #if canImport(Darwin)
      Darwin.read(descriptor, &bytes, bytes.count)
    #elseif canImport(Musl)
      Musl.read(descriptor, &bytes, bytes.count)
    #else
      Glibc.read(descriptor, &bytes, bytes.count)
    #endif
  }
}
