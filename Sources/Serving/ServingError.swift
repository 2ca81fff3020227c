/// Why models can't be served.
package enum ServingError: Error, Equatable, Sendable {
  case listen(host: String, port: Int, reason: String)
  /// Two models of one name.
  case nameTwice(String)
  case noModel(variable: String)
}

extension ServingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .listen(let host, let port, let reason): "cannot listen on \(host), port \(port): \(reason)"
    case .nameTwice(let name): "two models are named '\(name)': name them apart, NAME=DIRECTORY"
    case .noModel(let variable): "expected a model, or models in the environment variable \(variable)"
    }
  }
}
