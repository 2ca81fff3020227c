import JSON

/// A file of examples, read row by row: `.tsv`, `.csv` or `.jsonl`, each also compressed as `.gz`, or `-` for the standard
/// input.
///
/// A blank at the end of a text, as GLUE has it, is taken off.
public struct ExampleFile {
  /// The ends of names that are known.
  public static let formats = [".tsv", ".csv", ".jsonl"]

  private var records: any RecordReader
  private var columns: ExampleColumns
  private let format: ExampleFormat
  private let labelIDs: [String: Int]
  private var path: String { records.path }

  /// Opens a file and reads its first line, where that names the columns.
  ///
  /// - Throws: ``TextError`` that names the file and what was expected.
  public init(_ path: String, _ format: ExampleFormat) throws(TextError) {
    self.format = format
    labelIDs = Dictionary(zip(format.labels, 0...), uniquingKeysWith: { first, _ in first })
    var source: any ByteSource = try FileBytes(path: path)
    var name = path[...]
    if name.hasSuffix(".gz") {
      name = name.dropLast(3)
      source = GzipBytes(source)
    } else if name.hasSuffix(".zst") {
      throw .unknownFormat(path: path, expected: Self.formats.flatMap { ["*" + $0, "*\($0).gz"] })
    }
    let byName = ExampleFormat.Container.allCases.first { name.hasSuffix("." + $0.rawValue) }
    guard let container = format.container ?? byName else {
      throw path == FileBytes.standardInput
        ? .unstatedFormat(path: source.path, expected: ExampleFormat.Container.allCases.map(\.rawValue))
        : .unknownFormat(path: path, expected: Self.formats.flatMap { ["*" + $0, "*\($0).gz"] })
    }
    let bytes = try ByteReader(source)
    switch container {
    case .tsv: records = LineRecords(bytes, .tabs)
    case .csv: records = CommaRecords(bytes)
    case .jsonl: records = LineRecords(bytes, .json)
    }
    columns = ExampleColumns()
    guard container != .jsonl else { return }
    if format.hasHeader {
      guard let first = try records.next(), case .cells(let names) = first.content else {
        throw .emptyDataSet(path: records.path)
      }
      try columns.find(format, names, path: records.path)
    } else {
      try columns.number(format, path: records.path)
    }
  }

  /// The next example, nil at the end.
  ///
  /// - Throws: ``TextError`` that names file, line, column and what was expected.
  public mutating func next() throws(TextError) -> LabelledSentence? {
    while let record = try records.next() {
      switch record.content {
      case .cells(let cells):
        if let example = try example(cells, record.line) { return example }
      case .json(let bytes, let offset): return try example(bytes, offset, record.line)
      }
    }
    return nil
  }

  /// Whether the next example, or the end, is there without waiting for whoever writes into the pipe.
  public mutating func isReady() throws(TextError) -> Bool { try records.isReady() }

  /// All examples of a file.
  ///
  /// - Throws: as ``next()``, and ``TextError/emptyDataSet(path:)``.
  public static func read(_ path: String, _ format: ExampleFormat) throws(TextError) -> [LabelledSentence] {
    var file = try ExampleFile(path, format)
    var examples: [LabelledSentence] = []
    while let example = try file.next() { examples.append(example) }
    if examples.isEmpty { throw .emptyDataSet(path: file.path) }
    return examples
  }

  // MARK: Cells

  private func example(_ cells: [String], _ line: Int) throws(TextError) -> LabelledSentence? {
    let expected = format.hasHeader ? columns.count : max(columns.count, cells.count)
    guard cells.count == expected else {
      if format.skipsDamagedRows { return nil }
      throw .malformedRow(
        path: path, line: line,
        expected: format.hasHeader ? "\(columns.count) columns" : "at least \(columns.count) columns",
        found: "\(cells.count)")
    }
    let target: Target
    if let kind = format.kind {
      let cell = TargetCell(text: cells[columns.target], place: (path, line, columns.targetName))
      target =
        switch kind {
        case .singleLabel: .label(try cell.label(format.labels, labelIDs))
        case .regression: .number(try cell.number())
        case .multiLabel: .labels(try cell.labels(format.labels, labelIDs))
        }
    } else {
      target = .label(0)
    }
    return LabelledSentence(
      text: trimmed(cells[columns.text]), pair: columns.pair.map { trimmed(cells[$0]) }, target: target)
  }

  // MARK: Objects

  private func example(
    _ bytes: ArraySlice<UInt8>, _ offset: Int, _ line: Int
  ) throws(TextError) -> LabelledSentence {
    let object: JSONValue
    do {
      object = try JSONValue(parsing: bytes, duplicateNames: .kept)
    } catch {
      throw .malformedJSON(path: path, line: line, byteOffset: offset + error.offset, reason: error.reason)
    }
    guard let text = try string(format.text, of: object, line, isNeeded: true) else {
      throw .malformedRow(path: path, line: line, expected: "an object", found: object.evidence)
    }
    let pair = try string(format.pair, of: object, line, isNeeded: format.isPair)
    guard let kind = format.kind else {
      return LabelledSentence(text: trimmed(text), pair: pair.map(trimmed), target: .label(0))
    }
    guard let name = format.target.first(where: { object[$0] != nil }), let value = object[name] else {
      throw .malformedRow(
        path: path, line: line, expected: "an object with the key \(quoted(format.target))", found: "none")
    }
    let cell = TargetCell(text: value.text ?? value.evidence, place: (path, line, name))
    let target: Target
    switch kind {
    case .singleLabel: target = .label(try cell.label(format.labels, labelIDs))
    case .regression: target = .number(try cell.number())
    case .multiLabel:
      guard let elements = value.elements else {
        throw .malformedCell(
          path: path, line: line, column: name, expected: "an array of classes", found: value.evidence)
      }
      var classes: Set<Int> = []
      for element in elements {
        let cell = TargetCell(text: element.text ?? element.evidence, place: (path, line, name))
        classes.insert(try cell.label(format.labels, labelIDs))
      }
      target = .labels(classes.sorted())
    }
    return LabelledSentence(text: trimmed(text), pair: pair.map(trimmed), target: target)
  }

  private func string(
    _ names: [String], of object: JSONValue, _ line: Int, isNeeded: Bool
  ) throws(TextError) -> String? {
    for name in names {
      if let text = object[name]?.text { return text }
    }
    let found = names.compactMap { object[$0]?.evidence }.first
    if found == nil, !isNeeded { return nil }
    throw .malformedRow(
      path: path, line: line, expected: "an object with the string \(quoted(names))", found: found ?? object.evidence)
  }

  private func quoted(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: " or ") }

  /// Without blanks at the end. Bytes, not characters: to find a last character of a hundred thousand combining marks
  /// takes minutes.
  private func trimmed(_ text: String) -> String {
    let blanks = text.utf8.reversed().prefix { $0 == 0x20 }.count
    return blanks == 0 ? text : String(decoding: text.utf8.prefix(text.utf8.count - blanks), as: UTF8.self)
  }
}
