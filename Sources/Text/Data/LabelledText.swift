public import FoundationEssentials
import JSON

/// Files of labelled sentences.
public enum LabelledText {
  /// The formats that ``read(_:classCount:)`` knows, by the end of the name.
  public static let formats = [".tsv", ".jsonl"]

  /// Reads a data set.
  ///
  /// - `.tsv`: a first line that names the columns `sentence` (or `text`) and `label`, then a row a line, without quoting:
  ///   GLUE's form.
  /// - `.jsonl`: an object a line, with the keys `sentence` (or `text`) and `label`.
  ///
  /// A blank at the end of a sentence, as GLUE has it, is taken off.
  ///
  /// - Parameter classCount: labels are 0 ..< classCount.
  /// - Throws: ``TextError`` that names file, line and what was expected.
  public static func read(_ url: URL, classCount: Int) throws(TextError) -> [LabelledSentence] {
    let sentences: [LabelledSentence]
    switch url.pathExtension {
    case "tsv": sentences = try table(TextFile(url), classCount: classCount)
    case "jsonl": sentences = try objects(TextFile(url), classCount: classCount)
    default: throw .unknownFormat(path: url.path(percentEncoded: false), expected: formats.map { "*" + $0 })
    }
    if sentences.isEmpty { throw .emptyDataSet(path: url.path(percentEncoded: false)) }
    return sentences
  }

  private static func table(_ file: TextFile, classCount: Int) throws(TextError) -> [LabelledSentence] {
    guard let header = file.lines.first else { throw .emptyDataSet(path: file.path) }
    let columns = header.text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard let textColumn = columns.firstIndex(where: { $0 == "sentence" || $0 == "text" }) else {
      throw .missingColumn(path: file.path, expected: ["sentence", "text"], found: columns)
    }
    guard let labelColumn = columns.firstIndex(of: "label") else {
      throw .missingColumn(path: file.path, expected: ["label"], found: columns)
    }
    var sentences: [LabelledSentence] = []
    for line in file.lines.dropFirst() where !line.bytes.isEmpty {
      let cells = line.bytes.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      guard cells.count == columns.count else {
        throw .malformedRow(
          path: file.path, line: line.number, expected: "\(columns.count) columns separated by tabs",
          found: "\(cells.count)")
      }
      sentences.append(
        LabelledSentence(
          text: trimmed(String(decoding: cells[textColumn], as: UTF8.self)),
          label: try label(
            String(decoding: cells[labelColumn], as: UTF8.self), file.path, line.number, classCount: classCount)))
    }
    return sentences
  }

  private static func objects(_ file: TextFile, classCount: Int) throws(TextError) -> [LabelledSentence] {
    var sentences: [LabelledSentence] = []
    for line in file.lines where !line.bytes.isEmpty {
      let object = try file.json(of: line.bytes, line: line.number)
      guard let text = object["sentence"]?.text ?? object["text"]?.text else {
        throw .malformedRow(
          path: file.path, line: line.number, expected: "an object with the string 'sentence' or 'text'",
          found: object["sentence"]?.evidence ?? object["text"]?.evidence ?? object.evidence)
      }
      guard let value = object["label"] else {
        throw .malformedRow(
          path: file.path, line: line.number, expected: "an object with the number 'label'", found: "none")
      }
      let number = try label(value.evidence, file.path, line.number, classCount: classCount)
      sentences.append(LabelledSentence(text: trimmed(text), label: number))
    }
    return sentences
  }

  private static func label(
    _ text: String, _ path: String, _ line: Int, classCount: Int
  ) throws(TextError) -> Int {
    guard let label = Int(text) else { throw .labelNotAnInteger(path: path, line: line, found: text) }
    guard (0..<classCount).contains(label) else {
      throw .labelOutOfRange(path: path, line: line, label: label, classCount: classCount)
    }
    return label
  }

  /// Without blanks at the end. Bytes, not characters: to find a last character of a hundred thousand combining marks
  /// takes minutes.
  private static func trimmed(_ text: String) -> String {
    String(
      decoding: text.utf8.prefix(text.utf8.count - text.utf8.reversed().prefix { $0 == 0x20 }.count), as: UTF8.self)
  }
}
