/// What is true of some rows, and what was said of them.
public enum Answers: Equatable, Sendable {
  /// One class a row, in `0..<count`.
  case classes(actual: [Int], predicted: [Int], count: Int)
  /// A number a row.
  case numbers(actual: [Double], predicted: [Double])
  /// Which classes apply to each row: `[N, count]` row by row.
  case classSets(actual: [Bool], predicted: [Bool], count: Int)

  /// What is said of a row.
  public enum Kind: Equatable, Sendable {
    /// One of so many classes.
    case classes(Int)
    case numbers
    case classSets
  }

  public var kind: Kind {
    switch self {
    case .classes(_, _, let count): .classes(count)
    case .numbers: .numbers
    case .classSets: .classSets
    }
  }

  /// Whether the same is true in both.
  package func hasSameTruth(as other: Answers) -> Bool {
    switch (self, other) {
    case (.classes(let a, _, let m), .classes(let b, _, let n)): a == b && m == n
    case (.numbers(let a, _), .numbers(let b, _)): a == b
    case (.classSets(let a, _, let m), .classSets(let b, _, let n)): a == b && m == n
    default: false
    }
  }

  /// Rows.
  public var count: Int {
    switch self {
    case .classes(let actual, _, _): actual.count
    case .numbers(let actual, _): actual.count
    case .classSets(let actual, _, let count): count == 0 ? 0 : actual.count / count
    }
  }

  /// Row by row, whether all that was said is right; nil for numbers, which are never quite right.
  public var isCorrect: [Bool]? {
    switch self {
    case .classes(let actual, let predicted, _): zip(actual, predicted).map { $0 == $1 }
    case .numbers: nil
    case .classSets(let actual, let predicted, let count):
      (0..<self.count).map { row in
        let places = row * count..<(row + 1) * count
        return actual[places] == predicted[places]
      }
    }
  }

  func check(_ what: String) throws(MeasurementError) {
    let counts: (actual: Int, predicted: Int) =
      switch self {
      case .classes(let actual, let predicted, _): (actual.count, predicted.count)
      case .numbers(let actual, let predicted): (actual.count, predicted.count)
      case .classSets(let actual, let predicted, _): (actual.count, predicted.count)
      }
    guard counts.actual == counts.predicted else {
      throw .countMismatch(what: what, expected: counts.actual, found: counts.predicted)
    }
    guard count > 0 else { throw .noRows(what: what) }
    switch self {
    case .classes(let actual, let predicted, let count):
      for row in actual.indices {
        for label in [actual[row], predicted[row]] where !(0..<count).contains(label) {
          throw .labelOutOfRange(row: row, label: label, classCount: count)
        }
      }
    case .numbers(let actual, let predicted):
      for row in actual.indices {
        for value in [actual[row], predicted[row]] where !value.isFinite {
          throw .invalidValue(what: what, row: row, value: value)
        }
      }
    case .classSets: break
    }
  }
}
