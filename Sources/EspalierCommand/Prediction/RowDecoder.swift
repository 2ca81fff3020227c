import Espalier
import JSON
import Text

/// Lines to what a classifier reads.
struct RowDecoder {
  let source: String
  let format: RowFormat
  /// Where the texts stand; nil for `sentence` or `text`.
  let textColumn: String?
  let pairColumn: String?

  /// Of a table, once its first line was read.
  private struct Columns {
    var count: Int
    var text: Int
    var pair: Int?
  }
  private var columns: Columns?

  init(source: String, format: RowFormat, textColumn: String?, pairColumn: String?) {
    self.source = source
    self.format = format
    self.textColumn = textColumn
    self.pairColumn = pairColumn
  }

  /// Takes what isn't a row from a group: the names of the columns, empty lines of tables and objects, a byte order mark.
  mutating func rows(_ group: LineGroup) throws -> [LineGroup.Line] {
    var lines = group.lines
    if lines.first?.number == 1, lines[0].bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      lines[0].bytes = lines[0].bytes.dropFirst(3)
      lines[0].offset += 3
    }
    guard format.hasColumns else { return lines }
    if format == .tsv, lines.first?.number == 1 { try readHeader(lines.removeFirst()) }
    return lines.filter { !$0.bytes.isEmpty }
  }

  private mutating func readHeader(_ line: LineGroup.Line) throws {
    let names = try line.text(source).split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    let wanted = textColumn.map { [$0] } ?? Self.textColumns
    guard let text = names.firstIndex(where: wanted.contains) else {
      throw TextError.missingColumn(path: source, expected: wanted, found: names)
    }
    let pair = pairColumn.map { name in names.firstIndex(of: name) }
    if case .some(nil) = pair {
      throw TextError.missingColumn(path: source, expected: [pairColumn ?? ""], found: names)
    }
    columns = Columns(count: names.count, text: text, pair: pair ?? nil)
  }

  static let textColumns = ["sentence", "text"]

  /// One row. May be called from several threads at once.
  func input(_ line: LineGroup.Line) throws -> ClassifierInput {
    switch format {
    case .lines: return ClassifierInput(try line.text(source))
    case .json: return ClassifierInput(try line.jsonString(source))
    case .tsv: return try cells(line)
    case .jsonl: return try object(line)
    }
  }

  private func cells(_ line: LineGroup.Line) throws -> ClassifierInput {
    let cells = line.bytes.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    guard let columns, cells.count == columns.count else {
      throw TextError.malformedRow(
        path: source, line: line.number, expected: "\(columns?.count ?? 0) columns separated by tabs",
        found: "\(cells.count)")
    }
    func text(_ column: Int) throws(LineError) -> String {
      try LineGroup.Line(number: line.number, bytes: Self.trimmed(cells[column]), offset: line.offset).text(source)
    }
    return ClassifierInput(try text(columns.text), pair: try columns.pair.map(text))
  }

  private func object(_ line: LineGroup.Line) throws -> ClassifierInput {
    let object: JSONValue
    do throws(JSONError) {
      object = try JSONValue(parsing: line.bytes, duplicateNames: .kept)
    } catch {
      throw TextError.malformedJSON(
        path: source, line: line.number, byteOffset: line.offset + error.offset, reason: error.reason)
    }
    func text(_ names: [String]) throws(TextError) -> String {
      for name in names {
        if let text = object[name]?.text { return text }
      }
      let found = names.lazy.compactMap { object[$0]?.evidence }.first ?? object.evidence
      let quoted = names.map { "'\($0)'" }.joined(separator: " or ")
      throw .malformedRow(
        path: source, line: line.number, expected: "an object with the string \(quoted)", found: found)
    }
    return ClassifierInput(
      try text(textColumn.map { [$0] } ?? Self.textColumns), pair: try pairColumn.map { try text([$0]) })
  }

  /// Without blanks at the end, as labelled tables are read.
  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    bytes.dropLast(bytes.reversed().prefix { $0 == 0x20 }.count)
  }
}
