/// What is to be said of the rows of a data set, all of one kind.
public enum Targets: Equatable, Sendable {
  /// Of each row its class, from 0.
  case labels([Int32])
  case numbers([Float])
  /// Of each row which classes apply: `[count, classCount]` row by row.
  case labelSets([Bool], classCount: Int)

  public var kind: TargetKind {
    switch self {
    case .labels: .singleLabel
    case .numbers: .regression
    case .labelSets: .multiLabel
    }
  }

  public var count: Int {
    switch self {
    case .labels(let labels): labels.count
    case .numbers(let numbers): numbers.count
    case .labelSets(let sets, let classCount): classCount == 0 ? 0 : sets.count / classCount
    }
  }

  /// Those of some rows.
  public subscript(rows: [Int]) -> Targets {
    switch self {
    case .labels(let labels): .labels(rows.map { labels[$0] })
    case .numbers(let numbers): .numbers(rows.map { numbers[$0] })
    case .labelSets(let sets, let classCount):
      .labelSets(rows.flatMap { sets[$0 * classCount..<($0 + 1) * classCount] }, classCount: classCount)
    }
  }

  /// None yet.
  init(_ kind: TargetKind, classCount: Int) {
    switch kind {
    case .singleLabel: self = .labels([])
    case .regression: self = .numbers([])
    case .multiLabel: self = .labelSets([], classCount: classCount)
    }
  }

  /// - Precondition: the target is of this kind, and its classes are known.
  mutating func append(_ target: Target) {
    switch (self, target) {
    case (.labels(var labels), .label(let label)):
      self = .labels([])  // so that the array is not copied
      labels.append(Int32(label))
      self = .labels(labels)
    case (.numbers(var numbers), .number(let number)):
      self = .numbers([])
      numbers.append(Float(number))
      self = .numbers(numbers)
    case (.labelSets(var sets, let classCount), .labels(let labels)):
      self = .labelSets([], classCount: classCount)
      sets += (0..<classCount).map(labels.contains)
      self = .labelSets(sets, classCount: classCount)
    default: preconditionFailure("\(target) among targets of \(kind)")
    }
  }
}
