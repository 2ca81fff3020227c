import Bert
import Compute
import Foundation
import Measurement
import TestSupport
import Testing
import Text
import Training

/// Numbers and sets of classes: how many of three words a sentence has, and which.
@Suite("Training of numbers and of several classes") struct OtherTasksTests {
  private static let words: [Int32] = [50, 60, 70]

  private static func data(_ count: Int, seed: UInt64, _ kind: TargetKind) -> TokenizedText {
    var random = SeededGenerator(state: seed)
    var sets: [Bool] = []
    let encodings = (0..<count).map { _ -> Encoding in
      var ids = (0..<Int.random(in: 6...12, using: &random)).map { _ in Int32.random(in: 5..<50, using: &random) }
      let has = words.map { _ in Bool.random(using: &random) }
      for (place, word) in words.enumerated() where has[place] { ids[2 * place + 1] = word }
      sets += has
      ids[0] = 2
      return Encoding(ids: ids, typeIDs: [Int32](repeating: 0, count: ids.count))
    }
    guard kind == .regression else {
      return TokenizedText(encodings: encodings, targets: .labelSets(sets, classCount: 3))
    }
    let numbers = (0..<count).map { row in Float(sets[3 * row..<3 * row + 3].count { $0 }) }
    return TokenizedText(encodings: encodings, targets: .numbers(numbers))
  }

  private static func model(_ labels: [String], _ backend: CPUBackend) throws -> BertClassifier {
    var configuration = try BertClassifier.toy(backend).configuration
    configuration.setLabels(labels)
    return try BertClassifier(randomWeights: configuration, seed: 3, backend: backend)
  }

  private let settings = TrainingConfiguration(
    numTrainEpochs: 10, trainBatchSize: 16, learningRate: 3e-3, seed: 5)

  @Test("A number", arguments: InstructionSet.available) func regression(_ set: InstructionSet) throws {
    let backend = try CPUBackend(instructionSet: set)
    let selection = Self.data(100, seed: 2, .regression)
    let result = try Trainer(configuration: settings, backend: backend).train(
      try Self.model(["score"], backend), on: Self.data(400, seed: 1, .regression), selection: selection)
    #expect(result.model.configuration.problemType == .regression)
    let found = try Evaluator.predictions(try PackedClassifier(result.model, backend: backend), selection)
    #expect(try found.score(.pearson) > 0.95)
    // The best epoch is the one that is kept, and what it was chosen by is told.
    #expect(result.history.allSatisfy { $0.selectionMetric == .pearson && $0.selectionAccuracy == nil })
    #expect(try found.score(.pearson) == result.history.compactMap(\.selectionScore).max())
    #expect(
      try found.loss() == result.history.first { $0.selectionScore == (try? found.score(.pearson)) }?.selectionLoss)
  }

  @Test("Several classes") func multiLabel() throws {
    let backend = try CPUBackend()
    let selection = Self.data(100, seed: 2, .multiLabel)
    var settings = settings
    settings.metricForBestModel = .macroF1
    let result = try Trainer(configuration: settings, backend: backend).train(
      try Self.model(["a", "b", "c"], backend), on: Self.data(400, seed: 1, .multiLabel), selection: selection)
    #expect(result.model.configuration.problemType == .multiLabelClassification)
    let found = try Evaluator.predictions(try PackedClassifier(result.model, backend: backend), selection)
    #expect(try found.score(.macroF1) > 0.95 && found.accuracy > 0.85)
    #expect(try found.score(.macroF1) == result.history.compactMap(\.selectionScore).max())
  }

  @Test(
    "A student that follows its teacher alone comes to say the same", arguments: [TargetKind.regression, .multiLabel])
  func student(_ kind: TargetKind) throws {
    let backend = try CPUBackend()
    let data = Self.data(64, seed: 1, kind)
    let width = kind == .regression ? 1 : 3
    var random = SeededGenerator(state: 3)
    let said = random.floats(64 * width, in: -1...1)
    let settings = TrainingConfiguration(
      numTrainEpochs: 80, trainBatchSize: 16, learningRate: 3e-3,
      distillation: DistillationConfiguration(temperature: 2, alpha: 1))
    let teacher = Teacher { batch in batch.rows.flatMap { Array(said[width * $0..<width * ($0 + 1)]) } }
    let start = try Self.model(kind == .regression ? ["score"] : ["a", "b", "c"], backend)
    let trained = try Trainer(configuration: settings, backend: backend)
      .train(start, on: data, selection: nil, teacher: teacher).model
    let distances = try [start, trained].map { model in
      let logits = try Evaluator.predictions(try PackedClassifier(model, backend: backend), data).logits
      return zip(logits, said).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    #expect(distances[1] < 0.2 * distances[0], "\(distances)")
  }

  @Test("What a model can't say, a metric can't judge or a loss can't smooth is refused") func refused() throws {
    let backend = try CPUBackend()
    let numbers = Self.data(8, seed: 1, .regression), sets = Self.data(8, seed: 1, .multiLabel)
    func train(_ labels: [String], _ data: TokenizedText, _ settings: TrainingConfiguration) throws {
      _ = try Trainer(configuration: settings, backend: backend)
        .train(try Self.model(labels, backend), on: data, selection: nil)
    }
    #expect(throws: TrainingError.outputs(kind: "regression", expected: 1, found: 2)) {
      try train(["a", "b"], numbers, settings)
    }
    #expect(throws: TrainingError.outputs(kind: "multi_label_classification", expected: 3, found: 2)) {
      try train(["a", "b"], sets, settings)
    }
    var wrong = settings
    wrong.metricForBestModel = .f1
    #expect(throws: TrainingError.self) { try train(["score"], numbers, wrong) }
    wrong = settings
    wrong.labelSmoothingFactor = 0.1
    #expect(throws: TrainingError.self) { try train(["score"], numbers, wrong) }
  }

  @Test("Predictions of each kind come back from JSON, those of former runs too") func json() throws {
    for targets in [
      Targets.labels([0, 1]), .numbers([0.5, 2]), .labelSets([true, false, false, true], classCount: 2),
    ] {
      let width = targets.kind == .regression ? 1 : 2
      let predictions = Predictions(
        logits: (0..<2 * width).map { Float($0) - 1 }, targets: targets, classCount: width)
      let data = try JSONEncoder().encode(predictions)
      #expect(try JSONDecoder().decode(Predictions.self, from: data) == predictions)
    }
    let former = #"{"logits": [1, 2, 3, 0], "labels": [1, 0], "classCount": 2}"#
    #expect(try JSONDecoder().decode(Predictions.self, from: Data(former.utf8)).accuracy == 1)
  }
}
