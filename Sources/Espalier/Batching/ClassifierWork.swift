internal import Bert
internal import Compute
internal import Synchronization
internal import Text

/// Texts tokenised and classified, for a queue.
final class ClassifierWork: BatchWork {
  private let engine: InferenceEngine
  private let batchCount = Atomic<Int>(0)

  init(engine: InferenceEngine) { self.engine = engine }

  /// A token has at least a byte, and the frame of a pair at most four specials.
  func estimate(_ input: PlainText) -> Int { min(engine.maximumLength, input.utf8Count + 4) }

  func prepare(_ inputs: [PlainText]) -> [Encoding] { engine.map(inputs, engine.encode) }

  func cost(_ prepared: Encoding) -> Int { prepared.ids.count }

  func answers(_ batch: [Encoding]) -> [Result<Prediction, any Error>] {
    defer { keepMemorySmall() }
    do {
      return try engine.predictions(batch).map { $0.mapError { $0 } }
    } catch {
      return batch.map { _ in .failure(error) }
    }
  }

  /// Batches come in all sizes, and the memory of each size is kept for the next of that size: a server would keep some of
  /// every size in the end. Now and then all is given back, so seldom that it costs nothing.
  private func keepMemorySmall() {
    if batchCount.wrappingAdd(1, ordering: .relaxed).newValue % Self.batchesBetween == 0 {
      engine.model.backend.releaseUnusedMemory()
    }
  }

  private static let batchesBetween = 256
}
