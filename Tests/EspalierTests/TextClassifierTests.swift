import Bert
import Compute
import Espalier
import Foundation
import TestSupport
import Testing
import Text

@Suite("The classifier of texts") struct TextClassifierTests {
  private let model: ScratchDirectory

  init() throws { model = try TinyModel.make() }

  private static let texts = (0..<200).map {
    "a \($0 % 3 == 0 ? "fine" : "dull") film" + String(repeating: " word\(9 + $0 % 88)", count: $0 % 60)
  }

  @Test("Many tasks at once get what each would get alone") func concurrent() async throws {
    let classifier = try TextClassifier(contentsOf: model.url, threads: 2)
    var alone: [Prediction] = []
    for text in Self.texts { alone.append(try await classifier.predict(text)) }
    #expect(try await classifier.predict(Self.texts) == alone)
    let together = try await withThrowingTaskGroup(of: (Int, Prediction).self) { group in
      for (index, text) in Self.texts.enumerated() { group.addTask { (index, try await classifier.predict(text)) } }
      return try await group.reduce(into: [Int: Prediction]()) { $0[$1.0] = $1.1 }
    }
    #expect(Self.texts.indices.map { together[$0] } == alone)
    #expect(try await classifier.predict([String]()) == [])
    #expect(classifier.waitingTokens == 0)
  }

  @Test("Scores are what the logits of the model give") func scores() async throws {
    let backend = try CPUBackend(threadCount: 1)
    let packed = try PackedClassifier(checkpoint: try Checkpoint(modelDirectory: model.url), backend: backend)
    let tokenizer = try ModelTokenizer.read(modelDirectory: model.url)
    let encoding = tokenizer.encode("a fine film", pair: "dull")
    let logits = try packed.logits(
      EncoderInput(
        tokens: TokenIndices(
          words: encoding.ids, positions: Array(0..<Int32(encoding.ids.count)), types: encoding.typeIDs),
        layout: SequenceLayout(offsets: [0, encoding.ids.count])))
    #expect(encoding.typeIDs.contains(1))
    for (problem, rule) in [
      (nil, ScoreRule.softmax), ("regression", .value), ("multi_label_classification", .sigmoid),
      ("single_label_classification", .softmax),
    ] {
      try configure(problem)
      let classifier = try TextClassifier(contentsOf: model.url, threads: 1)
      #expect(classifier.scoreRule == rule)
      #expect(classifier.labels == ["negative", "neutral", "positive"])
      let prediction = try await classifier.predict([TextPair("a fine film", "dull")])[0]
      #expect(prediction.values == rule.scores(logits))
      #expect(prediction.score == prediction.values.max())
      #expect(prediction.scores[prediction.label] == prediction.score)
    }
    #expect(ScoreRule.sigmoid.scores([0]) == [0.5])
    #expect(ScoreRule.softmax.scores([0, 0]) == [0.5, 0.5])
    #expect(ScoreRule.softmax.scores([1000, -1000]) == [1, 0])
    #expect(ScoreRule.value.scores([-3]) == [-3])
  }

  private func configure(_ problem: String?) throws {
    let text = try String(contentsOf: Goldens.tinyBert.appending(path: "config.json"), encoding: .utf8)
    let member = problem.map { "\"problem_type\": \"\($0)\"," } ?? ""
    let start = try #require(text.firstIndex(of: "{"))
    let kept = text[text.index(after: start)...].split(separator: "\n").filter { !$0.contains("problem_type") }
    try model.write("{" + member + kept.joined(separator: "\n"), "config.json")
  }

  @Test("A text is cut as it is told, and one of a megabyte is answered") func lengths() async throws {
    let short = try TextClassifier(contentsOf: model.url, threads: 1, maximumLength: 5)
    #expect(try await short.predict("a fine film dull dull dull") == short.predict("a fine film"))
    let long = try TextClassifier(contentsOf: model.url, threads: 1, maximumLength: 1 << 20)
    #expect(long.maximumLength == long.configuration.maximumLength)
    #expect(try await long.predict(String(repeating: "fine ", count: 200_000)).values.count == 3)
    #expect(try await long.predict("").values.count == 3)
  }

  @Test("More than may wait is refused") func overload() async throws {
    let classifier = try TextClassifier(contentsOf: model.url, threads: 1, waitingTokens: 10)
    let long = String(repeating: "fine ", count: 100)
    let busy = Task { try await classifier.predict([String](repeating: long, count: 20_000)) }
    try await until { classifier.waitingTokens > 10 }
    await #expect {
      while true { _ = try await classifier.predict(long) }
    } throws: { error in
      guard case ClassifierError.overloaded(let waiting, 10) = error else { return false }
      return waiting > 0
    }
    busy.cancel()
    await #expect(throws: CancellationError.self) { try await busy.value }
    try await until { classifier.waitingTokens == 0 }
    #expect(try await classifier.predict("a").values.count == 3)
  }

  @Test func missingFiles() throws {
    try FileManager.default.removeItem(at: model.url.appending(path: "vocab.txt"))
    #expect(throws: TextError.self) { try TextClassifier(contentsOf: model.url) }
    #expect(throws: BertError.self) { try TextClassifier(contentsOf: model.url.appending(path: "none")) }
  }
}
