public import Bert
package import Compute
public import Foundation
package import Text

/// A classifier of texts, read from a model directory and ready to answer.
///
///     let classifier = try TextClassifier(contentsOf: url)
///     let predictions = try await classifier.predict(["a fine film", "dull"])
///
/// It may be used from many tasks at once: what they ask for is put together in batches, and each text's answer is the
/// same whatever else is in its batch. The work is done on threads of its own, which end with it; a waiting task takes no
/// thread of Swift's cooperative pool, and a cancelled one is dropped.
public final class TextClassifier: Sendable {
  private let engine: InferenceEngine
  private let queue: BatchQueue<ClassifierWork>

  /// Tokens of a batch that texts of several callers share: enough to fill the kernels' blocks on each thread, so few that
  /// a batch takes some hundredths of a second.
  public static let batchTokens = 1024

  /// Reads a model directory and packs its weights, which takes some tenths of a second: do it once.
  ///
  /// - Parameters:
  ///   - directory: `config.json`, safetensors and a tokenizer, as Espalier and Hugging Face transformers write them.
  ///   - threads: that compute; nil for as many as the process may use.
  ///   - maximumLength: of a text in tokens, specials included; longer ones are cut.
  ///   - waitingTokens: how many may wait before ``predict(_:)-([String])`` throws
  ///     ``ClassifierError/overloaded(waiting:limit:)``; a text counts as its bytes, at most `maximumLength`, until it is
  ///     tokenised. Nil for no limit.
  /// - Throws: `BertError`, `TextError` and `KernelSetError`, which name file, place and what was expected.
  public convenience init(
    contentsOf directory: URL, threads: Int? = nil, maximumLength: Int = 128, waitingTokens: Int? = nil
  ) throws {
    let backend = try CPUBackend(
      instructionSet: try InstructionSet.selected(environment: ProcessInfo.processInfo.environment),
      threadCount: threads ?? ProcessorCount.available)
    try self.init(
      contentsOf: directory, backend: backend, maximumLength: maximumLength, batchTokens: Self.batchTokens,
      waitingTokens: waitingTokens)
  }

  /// With a backend that other classifiers may use too: their batches take turns on its threads.
  ///
  /// - Parameter observer: called after each batch, on a thread of the classifier.
  package init(
    contentsOf directory: URL, backend: CPUBackend, maximumLength: Int, batchTokens: Int, waitingTokens: Int?,
    observer: @escaping @Sendable (BatchReport) -> Void = { _ in }
  ) throws {
    engine = try InferenceEngine(directory: directory, backend: backend, maximumLength: maximumLength)
    queue = BatchQueue(
      ClassifierWork(engine: engine), limits: .init(batchCost: batchTokens, waitingCost: waitingTokens),
      name: "espalier \(directory.lastPathComponent)", observer: observer)
  }

  public var configuration: BertConfiguration { engine.model.configuration }

  /// In the order of ``Prediction/values``.
  public var labels: [String] { engine.labels }

  /// What the scores are.
  public var scoreRule: ScoreRule { engine.rule }

  /// Of a text in tokens, specials included; longer ones are cut.
  public var maximumLength: Int { engine.maximumLength }

  /// Tokens that wait for the model now, counted as `waitingTokens` says.
  public var waitingTokens: Int { queue.waitingCost }

  /// The predictions for texts, in order.
  ///
  /// - Throws: ``ClassifierError``, and `CancellationError` where the task is cancelled.
  public func predict(_ texts: [String]) async throws -> [Prediction] {
    try await predict(inputs: texts.map { PlainText($0) })
  }

  /// The predictions for pairs, in order.
  ///
  /// - Throws: ``ClassifierError``, and `CancellationError` where the task is cancelled.
  public func predict(_ pairs: [TextPair]) async throws -> [Prediction] {
    try await predict(inputs: pairs.map { PlainText($0.first, pair: $0.second) })
  }

  /// The prediction for one text.
  ///
  /// - Throws: ``ClassifierError``, and `CancellationError` where the task is cancelled.
  public func predict(_ text: String) async throws -> Prediction {
    try await predict(inputs: [PlainText(text)])[0]
  }

  /// - Throws: ``ClassifierError/tooSlow(limit:)`` besides, where the answers take longer than `limit`.
  package func predict(inputs: [PlainText], within limit: TimeLimit? = nil) async throws -> [Prediction] {
    try await queue.answers(inputs, within: limit)
  }
}
