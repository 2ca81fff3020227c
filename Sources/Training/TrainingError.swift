public import Bert
public import Compute
public import Measurement

/// What can go wrong while a model is trained or evaluated.
public enum TrainingError: Error, Equatable, Sendable {
  case model(BertError)
  case tensor(TensorError)
  case measurement(MeasurementError)
  case emptyData(what: String)
  /// The model has fewer classes than the data has labels.
  case labelOutOfRange(label: Int, classCount: Int)
  /// The model says so many numbers of a row, and the targets ask for others.
  case outputs(kind: String, expected: Int, found: Int)
  /// The loss, or the norm of its gradient, became NaN or infinite.
  case diverged(step: Int, loss: Double)
  /// `sentence` counts from 1.
  case notFinite(sentence: Int, logit: Float)
  case setting(name: String, expected: String, found: String)
  /// A checkpoint of this training can't be read or written.
  case checkpoint(path: String, reason: String)
}

extension TrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .model(let error): "\(error)"
    case .tensor(let error): "\(error)"
    case .measurement(let error): "\(error)"
    case .emptyData(let what): "\(what): expected labelled sentences, found none"
    case .labelOutOfRange(let label, let classCount):
      "label \(label) in the data, but the model has \(classCount) classes: 0 to \(classCount - 1)"
    case .outputs(let kind, let expected, let found):
      "\(kind): expected a model of \(expected) output\(expected == 1 ? "" : "s"), found one of \(found)"
    case .diverged(let step, let loss):
      "training diverged: the loss or its gradient is \(loss) at step \(step); a smaller learning rate or more warm-up may help"
    case .notFinite(let sentence, let logit):
      "sentence \(sentence): expected a finite logit, found \(logit.isNaN ? "nan" : "\(logit)"): the model's weights are damaged or too large"
    case .setting(let name, let expected, let found): "\(name): expected \(expected), found \(found)"
    case .checkpoint(let path, let reason): "\(path): \(reason)"
    }
  }
}
