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
  case labelNotAnInteger(path: String, line: Int, found: String)
  /// Labels are `0 ..< classCount`.
  case labelOutOfRange(path: String, line: Int, label: Int, classCount: Int)
  case emptyDataSet(path: String)
  case unknownFormat(path: String, expected: [String])
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
    case .labelNotAnInteger(let path, let line, let found):
      "\(path): line \(line): expected an integer label, found '\(found)'"
    case .labelOutOfRange(let path, let line, let label, let classCount):
      "\(path): line \(line): expected a label from 0 to \(classCount - 1), found \(label)"
    case .emptyDataSet(let path):
      "\(path): expected labelled sentences, found none"
    case .unknownFormat(let path, let expected):
      "\(path): expected a file named \(expected.joined(separator: " or "))"
    }
  }
}
