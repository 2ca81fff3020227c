/// Why models can't be served.
package enum ServerError: Error, Equatable, Sendable {
  case listen(host: String, port: Int, reason: String)
  /// Two models of one name.
  case nameTwice(String)
  case noModel(variable: String)
}

extension ServerError {
  /// Whether the machine is at fault rather than what was asked: the same command may work later.
  package var isMachine: Bool {
    if case .listen = self { return true }
    return false
  }
}

extension ServerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .listen(let host, let port, let reason): "cannot listen on \(host), port \(port): \(reason)"
    case .nameTwice(let name): "two models are named '\(name)': name them apart, NAME=DIRECTORY"
    case .noModel(let variable): "expected a model, or models in the environment variable \(variable)"
    }
  }
}
