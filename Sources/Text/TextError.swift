/// What can be wrong with a vocabulary, a tokenizer's settings or a file of labelled text.
///
/// Lines count from 1, byte offsets from 0 at the start of the file. The cases carry the evidence; ``description`` makes
/// the words.
public enum TextError: Error, Equatable, Sendable {
  /// The directory lacks a file; `expected` names what would do.
  case missingFile(directory: String, expected: [String])
  /// The file is there but the system does not let us read it, or it is not there at all; `reason` is the system's.
  case unreadable(path: String, reason: String)
  case invalidUTF8(path: String, line: Int, byteOffset: Int)
  case malformedJSON(path: String, line: Int, byteOffset: Int, reason: String)
  /// A key of a tokenizer's settings with a value that makes no sense or that we do not do.
  case setting(path: String, key: String, expected: String, found: String)
  case missingToken(path: String, token: String)
  /// The first line of a table names its columns.
  case missingColumn(path: String, expected: [String], found: [String])
  case malformedRow(path: String, line: Int, expected: String, found: String)
  case malformedCell(path: String, line: Int, column: String, expected: String, found: String)
  /// Neither one of the names of classes nor a number.
  case labelUnknown(path: String, line: Int, column: String, labels: [String], found: String)
  /// Labels are `0 ..< classCount`.
  case labelOutOfRange(path: String, line: Int, label: Int, classCount: Int)
  case emptyDataSet(path: String)
  case unknownFormat(path: String, expected: [String])
  /// What comes from a pipe has no name that would tell.
  case unstatedFormat(path: String, expected: [String])
  /// In a file whose first line names no columns.
  case unnamedColumn(path: String, what: String, found: String)
  /// Offsets are those of the compressed file.
  case damagedArchive(path: String, byteOffset: Int, reason: String)
}

extension TextError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingFile(let directory, let expected):
      "\(directory): expected \(expected.joined(separator: " or ")), found none"
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .invalidUTF8(let path, let line, let byteOffset):
      "\(path): line \(line): expected UTF-8, found an invalid sequence at byte \(byteOffset)"
    case .malformedJSON(let path, let line, let byteOffset, let reason):
      "\(path): line \(line): malformed JSON at byte \(byteOffset): \(reason)"
    case .setting(let path, let key, let expected, let found):
      "\(path): key '\(key)': expected \(expected), found \(found)"
    case .missingToken(let path, let token):
      "\(path): expected the token \(token) in the vocabulary, found none"
    case .missingColumn(let path, let expected, let found):
      "\(path): line 1: expected a column named \(expected.joined(separator: " or ")), "
        + "found \(found.joined(separator: ", "))"
    case .malformedRow(let path, let line, let expected, let found):
      "\(path): line \(line): expected \(expected), found \(found)"
    case .malformedCell(let path, let line, let column, let expected, let found):
      "\(path): line \(line), column '\(column)': expected \(expected), found \(found)"
    case .labelUnknown(let path, let line, let column, let labels, let found):
      "\(path): line \(line), column '\(column)': expected \(Self.names(labels)), found '\(found.prefix(60))'"
    case .labelOutOfRange(let path, let line, let label, let classCount):
      "\(path): line \(line): expected a label from 0 to \(classCount - 1), found \(label)"
    case .emptyDataSet(let path):
      "\(path): expected labelled sentences, found none"
    case .unknownFormat(let path, let expected):
      "\(path): expected a file named \(expected.joined(separator: " or "))"
    case .unstatedFormat(let path, let expected):
      "\(path): expected its format to be stated, one of \(expected.joined(separator: ", "))"
    case .unnamedColumn(let path, let what, let found):
      "\(path): its first line names no columns: expected the number of the column of \(what), from 1, found \(found)"
    case .damagedArchive(let path, let byteOffset, let reason):
      "\(path): damaged gzip at byte \(byteOffset): \(reason)"
    }
  }

  /// Of classes, as many as a message can hold.
  private static func names(_ labels: [String]) -> String {
    let isNumbered = labels.enumerated().allSatisfy { "\($0.offset)" == $0.element }
    if isNumbered { return "a label from 0 to \(labels.count - 1)" }
    let shown = labels.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return "a label, one of \(shown)\(labels.count > 8 ? " ..." : "") or a number from 0 to \(labels.count - 1)"
  }
}
