import Bert
import Foundation
import TestSupport
import Testing

/// A classifier that was trained, so that it is sure of most sentences as real ones are, and what transformers says of what
/// is made of it.
struct TransformersModel {
  struct Comparison {
    /// Of logits, which the program gives but for a number that is added to all of a sentence.
    var largestDifference = 0.0
    /// But for sentences of which this model can't tell two classes apart.
    var differentLabels = 0
    var quantizedModules = 0
    /// Of transformers.
    var modelClass: String
    /// How many classes are said.
    var classes: Int
  }

  private struct Request: Encodable {
    var model: String
    var dtype: String?
    var sentences: [String]
    var max_length: Int
  }

  private struct Answer: Decodable {
    var logits: [[Double]]
    var labels: [String]
    var ids: [[Int]]
    var quantized: Int
    var `class`: String
  }

  private struct Prediction: Decodable {
    var label: String
    var scores: [String: Double]
  }

  private static let labels = ["negative", "neutral", "positive"]

  /// Sentences of 2 to 14 words, some of which the vocabulary doesn't have, and two that are longer than the models can take:
  /// the word of a class is in each.
  private static let sentences: [(text: String, label: Int)] = {
    var random = SeededGenerator(state: 5)
    return (0..<200).map { index in
      var words = (0..<(index < 2 ? 40 : Int.random(in: 1...13, using: &random))).map { _ in
        let word = Int.random(in: 9..<100, using: &random)
        return word < 97 ? "word\(word)" : "unheard-of"
      }
      words.insert(["Dull!", "film", "fine"][index % 3], at: Int.random(in: 0...min(words.count, 13), using: &random))
      return (words.joined(separator: " "), index % 3)
    }
  }()

  let scratch: ScratchDirectory
  /// The directory of the classifier.
  let model: String
  private let data: String

  init(_ family: EncoderFamily) throws {
    scratch = try ScratchDirectory()
    let random = scratch.path + "/random"
    model = scratch.path + "/model"
    if family == .bert {
      try TinyModel.write(to: scratch.url.appending(path: "random"), width: 64)
    } else {
      try TinyModel.write(to: scratch.url.appending(path: "random"), family: family)
    }
    let rows = Self.sentences.map { "\($0.text)\t\($0.label)" }
    data = try scratch.write("sentence\tlabel\n" + rows.joined(separator: "\n") + "\n", "train.tsv").path
    try run(
      "finetune", random, "--data", data, "--selection", data, "--labels", Self.labels.joined(separator: ","),
      "--learning-rate", "1e-3", "--num-train-epochs", "8", "--output", model)
  }

  /// - Parameter data: further arguments, of which DATA stands for the file that the model was trained on.
  func run(_ arguments: String..., data more: [String] = []) throws {
    let all = arguments + more.map { $0 == "DATA" ? data : $0 } + ["--quiet"]
    let result = try Program.run(all)
    try #require(result.status == 0, "\(all): \(result.errors)")
  }

  func compare(_ directory: String, dtype: String? = nil) throws -> Comparison {
    let texts = Self.sentences.map(\.text)
    let limit = try BertConfiguration(url: URL(filePath: directory + "/config.json")).maximumLength
    let answer: Answer = try Peers.ask(
      "transformers_models.py", Request(model: directory, dtype: dtype, sentences: texts, max_length: limit))
    #expect(answer.ids.map(\.count).max() == limit)
    let input = Data(texts.joined(separator: "\n").utf8)
    let ours = try Program.run(["predict", directory], input: input).lines.map {
      try JSONDecoder().decode(Prediction.self, from: Data($0.utf8))
    }
    try #require(ours.count == texts.count && answer.logits.count == ours.count)
    var found = Comparison(
      quantizedModules: answer.quantized, modelClass: answer.class, classes: Set(ours.map(\.label)).count)
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
}
