/// Why a request can't be answered.
public enum ServingError: Error, Equatable, Sendable {
  case unknownWorkload(name: String, known: [String])
  case notFinite(workload: String)
  /// A line that is no request.
  case malformedRequest(line: String)
}

extension ServingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownWorkload(let name, let known):
      "expected one of the workloads \(known.joined(separator: ", ")), found '\(name)'"
    case .notFinite(let workload): "\(workload): a result is not finite"
    case .malformedRequest(let line): "expected a request as a line of JSON, found '\(line.prefix(80))'"
    }
  }
}
