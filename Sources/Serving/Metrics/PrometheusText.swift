internal import Espalier
internal import Foundation
internal import Measurement

/// Figures in the text format of Prometheus, version 0.0.4.
struct PrometheusText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var text = ""

  typealias Labels = [(name: String, value: String)]

  mutating func family(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  mutating func sample(_ name: String, _ labels: Labels = [], _ value: Double) {
    let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
    text += "\(name)\(list.isEmpty ? "" : "{\(list)}") \(Self.number(value))\n"
  }

  mutating func histogram(_ name: String, _ labels: Labels, _ histogram: Histogram) {
    var below = 0
    for (count, bound) in zip(histogram.counts, histogram.bounds + [.infinity]) {
      below += count
      sample(name + "_bucket", labels + [("le", bound.isFinite ? Self.number(bound) : "+Inf")], Double(below))
    }
    sample(name + "_sum", labels, histogram.sum)
    sample(name + "_count", labels, Double(below))
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}

extension ServingMetrics {
  /// All figures of this process.
  func text(models: [ServedModel], limits: ServingLimits, version: String) -> String {
    let figures = figures
    var out = PrometheusText()
    out.family("espalier_info", "gauge", "Always 1; the version is in the label.")
    out.sample("espalier_info", [("version", version)], 1)
    out.family("espalier_requests_total", "counter", "Requests answered, by path and status.")
    for (key, count) in figures.answers.sorted(by: {
      ($0.key.path.rawValue, $0.key.status) < ($1.key.path.rawValue, $1.key.status)
    }) {
      out.sample(
        "espalier_requests_total", [("path", key.path.rawValue), ("status", "\(key.status)")], Double(count))
    }
    out.family("espalier_request_duration_seconds", "histogram", "From the head of a request to its answer.")
    for (path, histogram) in figures.seconds.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      out.histogram("espalier_request_duration_seconds", [("path", path.rawValue)], histogram)
    }
    out.family("espalier_connections", "gauge", "Connections that are open.")
    out.sample("espalier_connections", [], Double(figures.connections))
    out.family(
      "espalier_queue_tokens", "gauge",
      "Tokens that wait for a model; a text counts as its bytes until it is tokenised.")
    for model in models {
      out.sample("espalier_queue_tokens", [("model", model.name)], Double(model.classifier.waitingTokens))
    }
    out.family("espalier_queue_limit_tokens", "gauge", "Tokens that may wait for a model.")
    out.sample("espalier_queue_limit_tokens", [], Double(limits.queueTokens))
    let perModel = models.map {
      ([("model", $0.name)] as PrometheusText.Labels, figures.models[$0.name] ?? ModelFigures())
    }
    out.family("espalier_texts_total", "counter", "Texts classified.")
    for (labels, model) in perModel { out.sample("espalier_texts_total", labels, Double(model.texts)) }
    out.family("espalier_batch_tokens", "histogram", "Tokens of each batch.")
    for (labels, model) in perModel { out.histogram("espalier_batch_tokens", labels, model.batchTokens) }
    out.family("espalier_batch_duration_seconds", "histogram", "From tokenising a batch to its answers.")
    for (labels, model) in perModel { out.histogram("espalier_batch_duration_seconds", labels, model.batchSeconds) }
    if let memory = try? MemoryUse.current() {
      out.family("process_resident_memory_bytes", "gauge", "Resident memory of the process.")
      out.sample("process_resident_memory_bytes", [], Double(memory.residentBytes))
    }
    out.family("process_cpu_seconds_total", "counter", "Processor time of the process, user and system.")
    out.sample("process_cpu_seconds_total", [], Double(clock()) / Double(CLOCKS_PER_SEC))
    return out.text
  }
}
