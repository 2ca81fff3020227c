package import Bert
package import Compute
package import FoundationEssentials
internal import Synchronization
package import Text
internal import Training

/// A model with its tokenizer. Its methods block, and use all threads of the backend; callers at once take turns.
package struct InferenceEngine: Sendable {
  package let model: PackedClassifier
  package let tokenizer: any Tokenizer
  package let rule: ScoreRule
  /// Of a text in tokens, specials included.
  package let maximumLength: Int

  /// - Parameter maximumLength: longer texts are cut; one that the model has no positions for is lowered.
  /// - Throws: `BertError` and `TextError` for files that can't be used.
  package init(directory: URL, backend: CPUBackend, maximumLength: Int) throws {
    model = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: directory), backend: backend)
    tokenizer = try ModelTokenizer.read(modelDirectory: directory, vocabSize: model.configuration.vocabSize)
    rule = ScoreRule(model.configuration)
    self.maximumLength = min(maximumLength, model.configuration.maximumLength)
  }

  package var labels: [String] { model.configuration.id2label }

  package func encode(_ input: PlainText) -> Encoding {
    tokenizer.encode(input.text, pair: input.pair, maximumLength: maximumLength)
  }

  /// `transform` of each element, in order, on all threads.
  package func map<Element, Output: Sendable>(_ elements: [Element], _ transform: (Element) -> Output) -> [Output] {
    // Some tasks a thread level out texts of unlike length; a task of one sentence would cost as much as it saves.
    let grain = max(Self.leastGrain, elements.count / (model.backend.threadCount * 8))
    let count = (elements.count + grain - 1) / grain
    guard count > 1 else { return elements.map(transform) }
    let parts = Mutex([[Output]](repeating: [], count: count))
    model.backend.shareWhole(count) { task, _ in
      let part = elements[task * grain..<min(elements.count, (task + 1) * grain)].map(transform)
      parts.withLock { $0[task] = part }
    }
    return parts.withLock { $0.flatMap { $0 } }
  }

  private static let leastGrain = 8

  /// Tokens that are given to the model at once: so many that all threads are busy nearly to the end of each call, so few
  /// that answers come steadily.
  package static let callTokens = 8192

  /// The predictions of texts in order, whatever their number.
  ///
  /// - Returns: for each its prediction, or ``ClassifierError/notFinite(logit:)``.
  /// - Throws: `TensorError` for tokens that the model doesn't have.
  package func predictions(_ encodings: [Encoding]) throws(TensorError) -> [Result<Prediction, ClassifierError>] {
    var predictions: [Result<Prediction, ClassifierError>] = []
    predictions.reserveCapacity(encodings.count)
    for batch in BatchPlan.inOrder(lengths: encodings.map(\.ids.count), tokenBudget: Self.callTokens) {
      let logits = try model.logits(try EncoderInput(RaggedBatch(batch.map { encodings[$0] }, rows: batch)))
      let classes = labels.count
      for row in batch.indices { predictions.append(prediction(logits[row * classes..<(row + 1) * classes])) }
    }
    return predictions
  }

  private func prediction(_ logits: ArraySlice<Float>) -> Result<Prediction, ClassifierError> {
    if let wrong = logits.first(where: { !$0.isFinite }) { return .failure(.notFinite(logit: wrong)) }
    let best = logits.indices.reduce(logits.startIndex) { logits[$1] > logits[$0] ? $1 : $0 } - logits.startIndex
    return .success(Prediction(labels: labels, values: rule.scores(logits), best: best))
  }
}
