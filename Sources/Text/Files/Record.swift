/// One row of a file of examples, with its place.
struct Record {
  /// Of its first byte, from 1.
  let line: Int
  let content: Content

  enum Content {
    case cells([String])
    /// A line that holds a value of JSON, which begins at the offset.
    case json(ArraySlice<UInt8>, byteOffset: Int)
  }
}

/// The rows of a file, in order.
protocol RecordReader {
  var path: String { get }

  /// Whether the next row, or the end, is there without waiting for the source; of a row of several lines its first.
  mutating func isReady() throws(TextError) -> Bool

  mutating func next() throws(TextError) -> Record?
}

/// A record a line; empty lines are none.
struct LineRecords: RecordReader {
  enum Form {
    /// Cells between tabs, nothing quoted: GLUE's form.
    case tabs
    case json
  }

  private var bytes: ByteReader
  private let form: Form
  private var line = 0

  init(_ bytes: ByteReader, _ form: Form) {
    self.bytes = bytes
    self.form = form
  }

  var path: String { bytes.path }

  mutating func isReady() throws(TextError) -> Bool { try bytes.hasLine() }

  mutating func next() throws(TextError) -> Record? {
    while true {
      let offset = bytes.offset
      guard let text = try bytes.line() else { return nil }
      line += 1
      if text.isEmpty { continue }
      try checkUTF8(text, path, line, offset)
      switch form {
      case .json: return Record(line: line, content: .json(text, byteOffset: offset))
      case .tabs:
        let cells = text.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
        return Record(line: line, content: .cells(cells.map { String(decoding: $0, as: UTF8.self) }))
      }
    }
  }
}

/// Cells between commas, in quotes where they hold commas, quotes or ends of lines.
///
/// - SeeAlso: RFC 4180; a line may end in LF alone.
struct CommaRecords: RecordReader {
  private var bytes: ByteReader
  private var line = 1

  init(_ bytes: ByteReader) { self.bytes = bytes }

  var path: String { bytes.path }

  mutating func isReady() throws(TextError) -> Bool { try bytes.hasLine() }

  mutating func next() throws(TextError) -> Record? {
    while let first = try bytes.peek() {
      // Empty lines are no rows.
      if first == UInt8(ascii: "\n") || first == UInt8(ascii: "\r") {
        _ = try bytes.next()
        if first == UInt8(ascii: "\n") { line += 1 }
        continue
      }
      let start = line
      var cells: [String] = []
      while try cell(&cells) {}
      return Record(line: start, content: .cells(cells))
    }
    return nil
  }

  /// Reads one cell and what ends it. Returns whether the row goes on.
  private mutating func cell(_ cells: inout [String]) throws(TextError) -> Bool {
    let (start, offset) = (line, bytes.offset)
    var text: [UInt8] = []
    var isQuoted = false
    if try bytes.peek() == UInt8(ascii: "\"") {
      isQuoted = true
      _ = try bytes.next()
      try quoted(&text, from: start)
    }
    while let byte = try bytes.next() {
      switch byte {
      case UInt8(ascii: ","):
        try finish(text, start, offset, &cells)
        return true
      case UInt8(ascii: "\n"):
        if text.last == UInt8(ascii: "\r"), !isQuoted { text.removeLast() }
        line += 1
        try finish(text, start, offset, &cells)
        return false
      case UInt8(ascii: "\r") where isQuoted: continue
      case _ where isQuoted:
        throw .malformedRow(
          path: path, line: line,
          expected: "a comma or the end of the line after the quote that ends column \(cells.count + 1)",
          found: "'\(String(decoding: [byte], as: UTF8.self))'")
      case UInt8(ascii: "\""):
        throw .malformedRow(
          path: path, line: line, expected: "quotes around the whole of column \(cells.count + 1)",
          found: "a quote in the middle of it")
      default: text.append(byte)
      }
    }
    if text.last == UInt8(ascii: "\r"), !isQuoted { text.removeLast() }
    try finish(text, start, offset, &cells)
    return false
  }

  /// What stands between quotes, of which two are one.
  private mutating func quoted(_ text: inout [UInt8], from start: Int) throws(TextError) {
    while let byte = try bytes.next() {
      if byte == UInt8(ascii: "\"") {
        guard try bytes.peek() == UInt8(ascii: "\"") else { return }
        _ = try bytes.next()
      }
      if byte == UInt8(ascii: "\n") { line += 1 }
      text.append(byte)
    }
    throw .malformedRow(
      path: path, line: start, expected: "a quote that ends the cell which begins with one",
      found: "the end of the file")
  }

  private func finish(
    _ text: [UInt8], _ line: Int, _ offset: Int, _ cells: inout [String]
  ) throws(TextError) {
    try checkUTF8(text[...], path, line, offset)
    cells.append(String(decoding: text, as: UTF8.self))
  }
}

/// - Parameter offset: of the first byte in the file.
private func checkUTF8(_ bytes: ArraySlice<UInt8>, _ path: String, _ line: Int, _ offset: Int) throws(TextError) {
  if let place = firstInvalidUTF8(bytes.span) { throw .invalidUTF8(path: path, line: line, byteOffset: offset + place) }
}
