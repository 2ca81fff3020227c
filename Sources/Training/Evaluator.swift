public import Bert
public import Compute
internal import Measurement
public import Text

/// Runs a model over a data set.
public enum Evaluator {
  /// Tokens a batch: enough rows to fill the kernels' blocks, few enough that activations stay in the cache.
  public static let tokenBudget = 1024

  /// The logits of every sentence, in the order of the data.
  ///
  /// - Parameter progress: called with the number of sentences done so far.
  /// - Throws: ``TrainingError/notFinite(sentence:logit:)`` where a model's weights, each a number, overflow together.
  public static func predictions(
    _ model: PackedClassifier, _ data: TokenizedText, tokenBudget: Int = Self.tokenBudget,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> Predictions {
    try predictions(
      data, classes: model.configuration.numLabels, tokenBudget: tokenBudget, progress: progress, model.logits)
  }

  /// The same of a model with fake quantisation.
  public static func predictions(
    _ model: FakeQuantizedClassifier, _ data: TokenizedText, tokenBudget: Int = Self.tokenBudget,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> Predictions {
    try predictions(
      data, classes: model.configuration.numLabels, tokenBudget: tokenBudget, progress: progress, model.logits)
  }

  private static func predictions(
    _ data: TokenizedText, classes: Int, tokenBudget: Int, progress: (Int) throws -> Void,
    _ answer: (EncoderInput) throws -> [Float]
  ) throws -> Predictions {
    guard data.count > 0 else { throw TrainingError.emptyData(what: "evaluation") }
    try data.targets.check(outputs: classes)
    var logits: [Float] = []
    logits.reserveCapacity(data.count * classes)
    for rows in BatchPlan.inOrder(lengths: data.lengths, tokenBudget: tokenBudget) {
      logits += try answer(try EncoderInput(data.batch(rows)))
      try progress(logits.count / classes)
    }
    if let index = logits.firstIndex(where: { !$0.isFinite }) {
      throw TrainingError.notFinite(sentence: index / classes + 1, logit: logits[index])
    }
    return Predictions(logits: logits, targets: data.targets, classCount: classes)
  }
}

extension EncoderInput {
  /// A batch of text as the encoder reads it.
  public init(_ batch: RaggedBatch) throws(TensorError) {
    try self.init(
      tokens: try TokenIndices(words: batch.ids, positions: batch.positions, types: batch.typeIDs),
      layout: try SequenceLayout(offsets: batch.offsets))
  }
}
