/// What can be wrong with the numbers or files that a measurement is made from.
public enum MeasurementError: Error, Equatable, Sendable {
  /// Two sequences that go row by row have unlike lengths.
  case countMismatch(what: String, expected: Int, found: Int)
  /// A figure was asked of no rows at all.
  case noRows(what: String)
  /// A spread was asked of fewer figures than have one.
  case tooFew(what: String, expected: Int, found: Int)
  case labelOutOfRange(row: Int, label: Int, classCount: Int)
  /// The first value that is NaN, infinite or outside of its range.
  case invalidValue(what: String, row: Int, value: Double)
  /// A metric of answers of another kind than it judges.
  case notJudged(metric: String, answers: String)
  /// A system file can't be read, or lacks the field that was looked for.
  case systemFile(path: String, expected: String)
}

extension MeasurementError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .countMismatch(let what, let expected, let found):
      "\(what): expected \(expected) rows, found \(found)"
    case .noRows(let what):
      "\(what): there are no rows to measure"
    case .tooFew(let what, let expected, let found):
      "\(what): expected at least \(expected) figures, found \(found)"
    case .labelOutOfRange(let row, let label, let classCount):
      "row \(row): label \(label) is outside of 0..<\(classCount)"
    case .invalidValue(let what, let row, let value):
      "\(what), row \(row): \(value) is not a possible value"
    case .notJudged(let metric, let answers):
      "\(metric): expected answers that it judges, found \(answers)"
    case .systemFile(let path, let expected):
      "\(path): expected \(expected)"
    }
  }
}
