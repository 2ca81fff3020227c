import Foundation
import TestSupport
import Testing

/// What the program writes, as `AutoModelForSequenceClassification.from_pretrained` reads it.
@Suite("Directories that transformers loads", .enabled(if: Peers.areAsked)) struct TransformersTests {
  private struct Request: Encodable {
    var model: String
    var dtype: String?
    var sentences: [String]
  }

  private struct Answer: Decodable {
    var logits: [[Double]]
    var labels: [String]
    var ids: [[Int]]
    var quantized: Int
  }

  private struct Prediction: Decodable {
    var label: String
    var scores: [String: Double]
  }

  private struct Comparison {
    /// Of logits, which the program gives but for a number that is added to all of a sentence.
    var largestDifference = 0.0
    /// But for sentences of which this model can't tell two classes apart.
    var differentLabels = 0
    var quantizedModules = 0
  }

  private static let labels = ["negative", "neutral", "positive"]

  /// Sentences of 2 to 14 words, some of which the vocabulary doesn't have: the word of a class is in each.
  private static let sentences: [(text: String, label: Int)] = {
    var random = SeededGenerator(state: 5)
    return (0..<200).map { index in
      var words = (0..<Int.random(in: 1...13, using: &random)).map { _ in
        let word = Int.random(in: 9..<100, using: &random)
        return word < 97 ? "word\(word)" : "unheard-of"
      }
      words.insert(["Dull!", "film", "fine"][index % 3], at: Int.random(in: 0...words.count, using: &random))
      return (words.joined(separator: " "), index % 3)
    }
  }()

  private let scratch: ScratchDirectory
  /// Trained, so that it is sure of most sentences as real ones are.
  private let model: String

  init() throws {
    scratch = try ScratchDirectory()
    let random = scratch.path + "/random"
    model = scratch.path + "/model"
    try TinyModel.write(to: scratch.url.appending(path: "random"), width: 64)
    let rows = Self.sentences.map { "\($0.text)\t\($0.label)" }
    let data = try scratch.write("sentence\tlabel\n" + rows.joined(separator: "\n") + "\n", "train.tsv").path
    try run(
      "finetune", random, "--data", data, "--selection", data, "--labels", Self.labels.joined(separator: ","),
      "--learning-rate", "1e-3", "--num-train-epochs", "8", "--output", model)
  }

  private func run(_ arguments: String...) throws {
    let result = try Program.run(arguments + ["--quiet"])
    try #require(result.status == 0, "\(arguments): \(result.errors)")
  }

  private func compare(_ directory: String, dtype: String? = nil) throws -> Comparison {
    let answer: Answer = try Peers.ask(
      "transformers_models.py", Request(model: directory, dtype: dtype, sentences: Self.sentences.map(\.text)))
    let input = Data(Self.sentences.map(\.text).joined(separator: "\n").utf8)
    let ours = try Program.run(["predict", directory], input: input).lines.map {
      try JSONDecoder().decode(Prediction.self, from: Data($0.utf8))
    }
    try #require(ours.count == Self.sentences.count && answer.logits.count == ours.count)
    // More than one class is said, or equal ones would say nothing.
    #expect(Set(ours.map(\.label)).count > 1)
    var found = Comparison(quantizedModules: answer.quantized)
    for (row, prediction) in ours.enumerated() {
      let expected = Self.centred(Self.labels.map { log(prediction.scores[$0] ?? 0) })
      for (a, b) in zip(expected, Self.centred(answer.logits[row])) {
        found.largestDifference = max(found.largestDifference, abs(a - b))
      }
      let descending = expected.sorted(by: >)
      let isTie = descending[0] - descending[1] < 0.2
      if prediction.label != answer.labels[row], !isTie { found.differentLabels += 1 }
    }
    return found
  }

  private static func centred(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.map { $0 - mean }
  }

  @Test("Floats, whole, pruned and as halves: the same logits") func floats() throws {
    let pruned = scratch.path + "/pruned", half = scratch.path + "/half"
    try run("prune", model, "--remove", "1", "--output", pruned)
    try run("convert", model, "--output", half)
    for (directory, dtype) in [(model, nil), (pruned, nil), (half, "float32")] {
      let found = try compare(directory, dtype: dtype)
      #expect(found.largestDifference < 1e-4 && found.differentLabels == 0, "\(directory): \(found)")
    }
    // PyTorch computes with halves where it isn't told otherwise.
    let found = try compare(half)
    #expect(found.largestDifference < 0.05 && found.differentLabels == 0, "\(found)")
  }

  /// Six linear layers in each of three layers, the pooler, and three tables.
  private static let modules = 3 * 6 + 1 + 3

  @Test(
    "Bytes and four bits: the same predictions",
    arguments: [
      ["int8-ptq-dynamic"], ["int8-ptq", "--calibration", "DATA"], ["int4"],
      ["int4", "--asymmetric", "--group-size", "32", "--calibration", "DATA"],
    ])
  func quantized(_ scheme: [String]) throws {
    let target = scratch.path + "/made"
    let arguments = scheme.map { $0 == "DATA" ? scratch.path + "/train.tsv" : $0 }
    let result = try Program.run(["quantize", model, "--quiet", "--output", target, "--scheme"] + arguments)
    try #require(result.status == 0, "\(result.errors)")
    let found = try compare(target)
    // Tokens are rounded to steps of max / 127.5 there, of max / 127 here.
    #expect(found.largestDifference < 0.2 && found.differentLabels == 0, "\(scheme): \(found)")
    #expect(found.quantizedModules == Self.modules)
  }
}
