package import Espalier
internal import Synchronization

/// What a server counts.
package final class ServingMetrics: Sendable {
  struct Answers: Hashable {
    var path: Endpoint
    var status: Int
  }

  struct ModelFigures {
    var texts = 0
    var batchTokens = Histogram.tokens
    var batchSeconds = Histogram.seconds
    /// Of late, batches of long ago fading.
    var tokensPerSecond = 0.0
  }

  struct Figures {
    var answers: [Answers: Int] = [:]
    var seconds: [Endpoint: Histogram] = [:]
    var models: [String: ModelFigures] = [:]
    var connections = 0
  }

  private let state = Mutex(Figures())

  package init() {}

  var figures: Figures { state.withLock { $0 } }

  /// - Parameter seconds: from the head to the answer; nil where there was no head.
  func count(path: Endpoint, status: Int, seconds: Double?) {
    state.withLock { figures in
      figures.answers[Answers(path: path, status: status), default: 0] += 1
      if let seconds { figures.seconds[path, default: .seconds].add(seconds) }
    }
  }

  func countConnections(_ change: Int) { state.withLock { $0.connections += change } }

  package func count(_ batch: BatchReport, model: String) {
    state.withLock { $0.models[model, default: ModelFigures()].add(batch) }
  }

  /// When what waits for a model may be done: at least a second from now.
  func secondsUntilDone(_ waitingTokens: Int, model: String) -> Int {
    let rate = state.withLock { $0.models[model]?.tokensPerSecond ?? 0 }
    guard rate > 0 else { return 1 }
    return max(1, Int(min(3600, (Double(waitingTokens) / rate).rounded(.up))))
  }
}

extension ServingMetrics.ModelFigures {
  mutating func add(_ batch: BatchReport) {
    texts += batch.inputs
    batchTokens.add(Double(batch.cost))
    batchSeconds.add(batch.seconds)
    guard batch.seconds > 0 else { return }
    let rate = Double(batch.cost) / batch.seconds
    tokensPerSecond = tokensPerSecond == 0 ? rate : 0.9 * tokensPerSecond + 0.1 * rate
  }
}
