import Foundation

/// What is wrong with a line.
enum LineError: Error, CustomStringConvertible {
  case notUTF8(source: String, line: Int)
  case notAString(source: String, line: Int, found: String)
  case tooLong(source: String, line: Int, limit: Int)

  var description: String {
    switch self {
    case .notUTF8(let source, let line): "\(source), line \(line): expected UTF-8, found other bytes"
    case .notAString(let source, let line, let found):
      "\(source), line \(line): expected a JSON string such as \"a fine film\", found \(found)"
    case .tooLong(let source, let line, let limit): "\(source), line \(line): expected at most \(limit) bytes"
    }
  }
}

extension LineGroup.Line {
  /// The line as text.
  func text(_ source: String) throws(LineError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .notUTF8(source: source, line: number)
    }
    return text
  }

  /// The text of a line that is a JSON string.
  func jsonString(_ source: String) throws(LineError) -> String {
    let text = try text(source)
    guard let value = try? JSONDecoder().decode(String.self, from: Data(bytes)) else {
      let found = text.isEmpty ? "nothing" : String(String.UnicodeScalarView(text.unicodeScalars.prefix(60)))
      throw .notAString(source: source, line: number, found: found)
    }
    return value
  }
}

/// The lines of the standard input as text, as they come: those that are there at once are handed on together.
struct LineInput {
  /// Whether each line is a JSON string rather than plain text.
  let isJSON: Bool

  /// - Parameter body: gets lines in order, at least one.
  func forEachGroup(limit: Int = 256, _ body: ([String]) throws -> Void) throws {
    var reader = LineReader.standardInput
    while let group = try reader.next(limit: limit) {
      var texts: [String] = []
      for line in group.lines {
        do throws(LineError) {
          texts.append(isJSON ? try line.jsonString(reader.name) : try line.text(reader.name))
        } catch {
          // What came before it was in order: it is answered first.
          if !texts.isEmpty { try body(texts) }
          throw error
        }
      }
      try body(texts)
    }
  }
}
