/// Why a classifier gave no answer.
public enum ClassifierError: Error, Equatable, Sendable {
  /// More waits already than was allowed. `waiting` and `limit` are in tokens.
  case overloaded(waiting: Int, limit: Int)
  /// The answer took longer than the caller allowed.
  case tooSlow(limit: Duration)
  /// The model's weights, each a number, overflow together.
  case notFinite(logit: Float)
  /// The classifier was let go while texts waited.
  case stopped
}

extension ClassifierError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .overloaded(let waiting, let limit):
      "\(waiting) tokens wait already, expected at most \(limit): ask again later"
    case .tooSlow(let limit): "expected an answer within \(limit)"
    case .notFinite(let logit): "expected a finite logit, found \(logit): the model's weights overflow"
    case .stopped: "the classifier was let go before it answered"
    }
  }
}
