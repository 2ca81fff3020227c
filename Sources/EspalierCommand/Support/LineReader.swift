import Compute
import Foundation

/// Lines of a file or pipe as bytes, those together that are there at once.
struct LineGroup {
  struct Line {
    /// From 1.
    var number: Int
    /// Without its end, LF or CR LF.
    var bytes: ArraySlice<UInt8>
  }

  fileprivate(set) var lines: [Line] = []
}

/// The lines of a file or pipe, as they come.
///
/// A line that is typed is handed on at once, what comes fast in groups; memory is bounded by the longest line.
struct LineReader {
  /// A line of more bytes is no sentence, but a file that was piped in by mistake.
  static let longestLine = 1 << 28
  private static let longestGroup = 1 << 18
  private static let blockSize = 1 << 16

  /// For messages.
  let name: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  /// Where the first line that wasn't handed on starts in the buffer, and up to where its end was looked for.
  private var start = 0
  private var searched = 0
  private var number = 0
  private var isAtEnd = false

  /// - Parameter descriptor: open for reading, and left open.
  init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  static var standardInput: LineReader { LineReader(descriptor: STDIN_FILENO, name: "standard input") }

  /// The next lines, at least one and at most `limit`; nil at the end.
  ///
  /// - Throws: `FileError`, and ``LineError/tooLong(source:line:limit:)``.
  mutating func next(limit: Int) throws -> LineGroup? {
    dropHandedOn()
    var ends: [Int] = []
    var groupEnd = 0
    while true {
      while ends.count < limit, let end = nextEnd() {
        ends.append(end)
        groupEnd = end + 1
      }
      let isFull = ends.count == limit || (!ends.isEmpty && groupEnd >= Self.longestGroup)
      if isFull || isAtEnd || (!ends.isEmpty && !hasMore) { break }
      if ends.isEmpty, buffer.count > Self.longestLine {
        throw LineError.tooLong(source: name, line: number + 1, limit: Self.longestLine)
      }
      try fill()
    }
    if isAtEnd, ends.count < limit, groupEnd < buffer.count {
      // The last line, which has no end.
      ends.append(buffer.count)
      searched = buffer.count
    }
    return ends.isEmpty ? nil : group(ends)
  }

  private mutating func dropHandedOn() {
    guard start > 0 else { return }
    buffer.removeFirst(start)
    searched -= start
    start = 0
  }

  /// The place of the next line feed. Looked for in what is new only: a long line comes in many pieces.
  private mutating func nextEnd() -> Int? {
    let end = buffer.withUnsafeBytes { bytes -> Int? in
      guard searched < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base + searched, Int32(UInt8(ascii: "\n")), bytes.count - searched)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
    searched = end.map { $0 + 1 } ?? buffer.count
    return end
  }

  private mutating func group(_ ends: [Int]) -> LineGroup {
    var group = LineGroup()
    group.lines.reserveCapacity(ends.count)
    for end in ends {
      number += 1
      var line = buffer[start..<end]
      // A mark of the byte order is no text.
      if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      group.lines.append(LineGroup.Line(number: number, bytes: line))
      start = min(end + 1, buffer.count)
    }
    return group
  }

  /// Whether the next read won't wait.
  private var hasMore: Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Foundation.poll(&poll, 1, 0) > 0
  }

  /// Reads what is there at once, waiting for something.
  ///
  /// `FileHandle` stops the program where the input can't be read, a directory or a closed one.
  private mutating func fill() throws(FileError) {
    let old = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.blockSize))
    while true {
      let count = buffer.withUnsafeMutableBytes { bytes in
        bytes.baseAddress.map { read(descriptor, $0 + old, Self.blockSize) } ?? 0
      }
      if count < 0, errno == EINTR { continue }
      let code = errno
      buffer.removeLast(Self.blockSize - max(0, count))
      if count < 0 { throw .system(path: name, operation: "read", code: code) }
      isAtEnd = count == 0
      return
    }
  }
}
