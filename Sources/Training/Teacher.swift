public import Bert
internal import Compute
public import Text

/// Whom a student learns from.
///
/// It is asked about each batch as the student sees it, so with word dropout about sentences that it was not trained on:
/// about those that it was, it would repeat their labels, with the errors that it has learnt by heart.
///
/// - SeeAlso: Beyer et al., "Knowledge distillation: a good teacher is patient and consistent", CVPR 2022,
///   arXiv:2106.05237.
public struct Teacher {
  private let answer: (RaggedBatch) throws -> [Float]

  /// - Parameter answer: the logits of a batch, `[B, K]` row by row.
  public init(answer: @escaping (RaggedBatch) throws -> [Float]) { self.answer = answer }

  /// A model as a teacher. It costs one forward pass a step.
  public init(_ model: PackedClassifier) {
    self.init { try model.logits(try EncoderInput($0)) }
  }

  func callAsFunction(_ batch: RaggedBatch) throws -> [Float] { try answer(batch) }
}
