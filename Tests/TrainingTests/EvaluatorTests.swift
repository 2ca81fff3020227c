import Bert
import Compute
import TestSupport
import Testing
import Text
import Training

@Suite("Evaluation") struct EvaluatorTests {
  @Test("Logits come in the order of the data, with the same bits, whatever the batches and threads")
  func order() throws {
    let data = TokenizedText.toy(50, seed: 6)
    let one = try CPUBackend(threadCount: 1)
    let model = try BertClassifier.toy(one)
    let packed = try PackedClassifier(model, backend: one)
    let alone = try (0..<data.count).flatMap { try packed.logits(try EncoderInput(data.batch([$0]))) }
    #expect(Set(alone).count > data.count, "sentences that can be told apart")
    for threads in [1, 2, 3] {
      let backend = try CPUBackend(threadCount: threads)
      let copy = try PackedClassifier(try .copy(model, from: one, to: backend), backend: backend)
      for budget in [1, 13, 64, 1024] {
        let found = try Evaluator.predictions(copy, data, tokenBudget: budget)
        #expect(
          found == Predictions(logits: alone, labels: data.labels, classCount: 2), "\(threads) threads, \(budget)")
      }
    }
  }

  @Test func progressCountsSentences() throws {
    let backend = try CPUBackend()
    let packed = try PackedClassifier(try BertClassifier.toy(backend), backend: backend)
    var counts: [Int] = []
    _ = try Evaluator.predictions(packed, TokenizedText.toy(9, seed: 1), tokenBudget: 1) { counts.append($0) }
    #expect(counts == Array(1...9))
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try Evaluator.predictions(packed, TokenizedText.toy(9, seed: 1)) { _ in throw Stop() }
    }
  }

  @Test func figures() throws {
    let predictions = Predictions(
      logits: [1, 0, 0, 1, 2, 2, -1, 3], labels: [0, 0, 0, 1], classCount: 2)
    // The first of equals.
    #expect(predictions.classes == [0, 1, 0, 1])
    #expect(predictions.isCorrect == [true, false, true, true])
    #expect(predictions.accuracy == 0.75)
    // ln(1 + e⁻¹), ln(1 + e), ln 2, ln(1 + e⁻⁴).
    let exact = (0.313_261_687_518 + 1.313_261_687_518 + 0.693_147_180_560 + 0.018_149_927_917) / 4
    #expect(abs(try predictions.loss() - exact) < 1e-11)
  }

  @Test func wrongInputIsRefused() throws {
    let backend = try CPUBackend()
    let packed = try PackedClassifier(try BertClassifier.toy(backend), backend: backend)
    func evaluate(_ ids: [Int32], _ label: Int32) throws {
      _ = try Evaluator.predictions(
        packed,
        TokenizedText(
          encodings: [Encoding(ids: ids, typeIDs: [Int32](repeating: 0, count: ids.count))], labels: [label]))
    }
    #expect(throws: TrainingError.emptyData(what: "evaluation")) {
      try Evaluator.predictions(packed, TokenizedText(encodings: [], labels: []))
    }
    #expect(throws: TrainingError.labelOutOfRange(label: -1, classCount: 2)) { try evaluate([2, 3], -1) }
    #expect(throws: TrainingError.labelOutOfRange(label: 2, classCount: 2)) { try evaluate([2, 3], 2) }
    // A token and a position that the model has no row for, and a sentence without even its [CLS].
    #expect(throws: TensorError.self) { try evaluate([2, 97], 0) }
    #expect(throws: TensorError.self) { try evaluate([Int32](repeating: 3, count: 33), 0) }
    #expect(throws: TensorError.self) { try evaluate([], 0) }
    try evaluate([Int32](repeating: 3, count: 32), 0)
  }
}
