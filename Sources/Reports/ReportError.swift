/// What can be wrong with results that are to be reported.
public enum ReportError: Error, Equatable, Sendable {
  case notEncodable(reason: String)
  case malformedResults(path: String, reason: String)
}

extension ReportError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notEncodable(let reason): "results can't be written as JSON: \(reason)"
    case .malformedResults(let path, let reason): "\(path): not the results of a run: \(reason)"
    }
  }
}
