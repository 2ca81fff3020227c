internal import HTTPTypes

/// The paths of a server.
enum Endpoint: String, CaseIterable, Sendable {
  case page = "/"
  case predict = "/predict"
  case health = "/health"
  case live = "/health/live"
  case ready = "/health/ready"
  case info = "/info"
  case metrics = "/metrics"
  case description = "/openapi.json"
  /// Any other, in the metrics.
  case unknown = "other"

  init(path: String) {
    let known = Endpoint(rawValue: path)
    self = known ?? .unknown
  }

  var methods: [HTTPRequest.Method] { self == .predict ? [.post] : [.get, .head] }
}
