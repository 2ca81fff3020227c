import Foundation

/// What is wrong with a line of the standard input.
enum LineError: Error, CustomStringConvertible {
  case notUTF8(line: Int)
  case notAString(line: Int, found: String)

  var description: String {
    switch self {
    case .notUTF8(let line): "standard input, line \(line): not UTF-8"
    case .notAString(let line, let found):
      "standard input, line \(line): expected a JSON string such as \"a fine film\", found \(found.prefix(60))"
    }
  }
}

/// The lines of the standard input, as they come: those that are there at once are handed on together.
struct LineInput {
  /// Whether each line is a JSON string rather than plain text.
  let isJSON: Bool

  /// - Parameter body: gets lines in order, at least one.
  func forEachGroup(limit: Int = 256, _ body: ([String]) throws -> Void) throws {
    var rest = Data()
    var number = 0
    var group: [String] = []
    func flush() throws {
      if !group.isEmpty { try body(group) }
      group = []
    }
    func take(_ bytes: Data) throws {
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
    while true {
      let more = FileHandle.standardInput.availableData
      if more.isEmpty { break }
      rest.append(more)
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        try take(Data(rest[rest.startIndex..<end]))
        rest = rest[(end + 1)...]
      }
      rest = Data(rest)
      try flush()
    }
    if !rest.isEmpty { try take(rest) }
    try flush()
  }

  private func text(_ bytes: Data, _ number: Int) throws -> String {
    guard var text = String(validating: bytes, as: UTF8.self) else { throw LineError.notUTF8(line: number) }
    guard isJSON else {
      if text.hasSuffix("\r") { text.removeLast() }
      return text
    }
    guard let value = try? JSONDecoder().decode(String.self, from: bytes) else {
      throw LineError.notAString(line: number, found: text)
    }
    return value
  }
}
