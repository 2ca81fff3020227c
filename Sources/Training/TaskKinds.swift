public import Bert
public import Measurement
public import Text

extension TargetKind {
  /// What models of this kind are judged and chosen by where nothing else is said.
  public var standardMetric: Metric {
    switch self {
    case .singleLabel: .accuracy
    case .regression: .pearson
    case .multiLabel: .microF1
    }
  }

  /// The metrics that judge this kind, of so many classes.
  public func metrics(classCount: Int) -> [Metric] {
    Metric.allCases.filter { $0.judges(self, classCount: classCount) }
  }

  fileprivate func answers(classCount: Int) -> Answers.Kind {
    switch self {
    case .singleLabel: .classes(classCount)
    case .regression: .numbers
    case .multiLabel: .classSets
    }
  }
}

extension Metric {
  /// Whether it judges answers of this kind.
  public func judges(_ kind: TargetKind, classCount: Int) -> Bool {
    judges(kind.answers(classCount: classCount))
  }
}

extension BertClassifier {
  /// States what it is trained for. A classifier of one class a row need not state it.
  mutating func setProblemType(_ kind: TargetKind) {
    if kind != .singleLabel || configuration.problemType != nil {
      setProblemType(ProblemType(rawValue: kind.rawValue))
    }
  }
}

extension GLUETask {
  /// By which GLUE judges; where it has two figures, the first that it names.
  public var metric: Metric {
    switch self {
    case .cola: .matthewsCorrelation
    case .mrpc, .qqp: .f1
    case .stsb: .pearson
    case .sst2, .mnli, .qnli, .rte, .wnli: .accuracy
    }
  }
}

extension BertConfiguration {
  /// What the classifier says: as `problem_type` states it, else by the number of its outputs, as transformers do.
  public var targetKind: TargetKind {
    problemType.flatMap { TargetKind(rawValue: $0.rawValue) } ?? (numLabels == 1 ? .regression : .singleLabel)
  }
}

extension Targets {
  /// Whether a model of so many outputs can be trained on these, or judged by them.
  ///
  /// - Throws: ``TrainingError/labelOutOfRange(label:classCount:)`` or ``TrainingError/outputs(kind:expected:found:)``.
  package func check(outputs: Int) throws(TrainingError) {
    switch self {
    case .labels(let labels):
      for label in labels where label < 0 || Int(label) >= outputs {
        throw .labelOutOfRange(label: Int(label), classCount: outputs)
      }
    case .numbers:
      guard outputs == 1 else { throw .outputs(kind: kind.rawValue, expected: 1, found: outputs) }
    case .labelSets(_, let classCount):
      guard outputs == classCount else { throw .outputs(kind: kind.rawValue, expected: classCount, found: outputs) }
    }
  }
}
