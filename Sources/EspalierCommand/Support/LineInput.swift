import Compute
import Foundation

/// What is wrong with a line of the standard input.
enum LineError: Error, CustomStringConvertible {
  case notUTF8(line: Int)
  case notAString(line: Int, found: String)
  case tooLong(line: Int, limit: Int)

  var description: String {
    switch self {
    case .notUTF8(let line): "standard input, line \(line): expected UTF-8, found other bytes"
    case .notAString(let line, let found):
      "standard input, line \(line): expected a JSON string such as \"a fine film\", found \(found)"
    case .tooLong(let line, let limit): "standard input, line \(line): expected at most \(limit) bytes"
    }
  }
}

/// The lines of the standard input, as they come: those that are there at once are handed on together.
struct LineInput {
  /// A line of more bytes is no sentence, but a file that was piped in by mistake.
  static let longestLine = 1 << 28

  /// Whether each line is a JSON string rather than plain text.
  let isJSON: Bool

  /// - Parameter body: gets lines in order, at least one.
  func forEachGroup(limit: Int = 256, _ body: ([String]) throws -> Void) throws {
    var rest: [UInt8] = []
    var number = 0
    var group: [String] = []
    func flush() throws {
      if !group.isEmpty { try body(group) }
      group = []
    }
    func take(_ bytes: ArraySlice<UInt8>) throws {
      number += 1
      do {
        group.append(try text(bytes, number))
      } catch {
        // What came before it was in order: it is answered first.
        try flush()
        throw error
      }
      if group.count == limit { try flush() }
    }
    while case let more = try Self.available(), !more.isEmpty {
      // A line's end is looked for in what is new only: a long line comes in many pieces.
      var searched = rest.count
      rest += more
      var start = 0
      while let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        try take(rest[start..<end])
        start = end + 1
        searched = start
      }
      rest.removeFirst(start)
      try flush()
      if rest.count > Self.longestLine { throw LineError.tooLong(line: number + 1, limit: Self.longestLine) }
    }
    if !rest.isEmpty { try take(rest[...]) }
    try flush()
  }

  /// What the input has at once, waiting for something; empty at its end.
  ///
  /// `FileHandle` stops the program where the input can't be read, a directory or a closed one.
  private static func available() throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      if count >= 0 { return Array(bytes[..<count]) }
      if errno != EINTR { throw .system(path: "standard input", operation: "read", code: errno) }
    }
  }

  private func text(_ bytes: ArraySlice<UInt8>, _ number: Int) throws -> String {
    let line = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
    guard let text = String(validating: line, as: UTF8.self) else { throw LineError.notUTF8(line: number) }
    guard isJSON else { return text }
    guard let value = try? JSONDecoder().decode(String.self, from: Data(line)) else {
      throw LineError.notAString(
        line: number, found: line.isEmpty ? "nothing" : String(String.UnicodeScalarView(text.unicodeScalars.prefix(60)))
      )
    }
    return value
  }
}
