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
    var differentLabels = 0
    var quantizedModules = 0
  }

  private static let labels = ["negative", "neutral", "positive"]

  /// 1 to 14 words of the vocabulary, and some that it doesn't have.
  private static let sentences: [String] = {
    var random = SeededGenerator(state: 5)
    return (0..<200).map { _ in
      (0..<Int.random(in: 1...14, using: &random)).map { _ in
        let word = Int.random(in: 0..<100, using: &random)
        return word < 97 ? word < 9 ? ["a", "Fine", "film", "dull!"][word % 4] : "word\(word)" : "unheard-of"
      }.joined(separator: " ")
    }
  }()

  private let scratch: ScratchDirectory
  private let model: String

  init() throws {
    scratch = try ScratchDirectory()
    model = scratch.path + "/model"
    try TinyModel.write(to: scratch.url.appending(path: "model"), width: 64)
    let rows = Self.sentences.enumerated().map { "\($1)\t\($0 % 3)" }
    try scratch.write("sentence\tlabel\n" + rows.joined(separator: "\n") + "\n", "train.tsv")
  }

  /// Makes a directory of the model by a command.
  private func made(_ arguments: String...) throws -> String {
    let target = scratch.path + "/made"
    let written = arguments.map {
      $0.replacing("MODEL", with: model).replacing("DATA", with: scratch.path + "/train.tsv")
    }
    let result = try Program.run(written + ["--output", target])
    guard result.status == 0 else { throw Peers.Failure(description: "\(arguments): \(result.errors)") }
    return target
  }

  private func compare(_ directory: String, dtype: String? = nil) throws -> Comparison {
    let answer: Answer = try Peers.ask(
      "transformers_models.py", Request(model: directory, dtype: dtype, sentences: Self.sentences))
    let input = Data(Self.sentences.joined(separator: "\n").utf8)
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
      if prediction.label != answer.labels[row] { found.differentLabels += 1 }
    }
    return found
  }

  private static func centred(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.map { $0 - mean }
  }

  @Test("Floats, whole, pruned and as halves: the same logits") func floats() throws {
    for (directory, dtype) in [
      (model, nil), (try made("prune", "MODEL", "--remove", "1"), nil), (try made("convert", "MODEL"), "float32"),
    ] {
      let found = try compare(directory, dtype: dtype)
      #expect(found.largestDifference < 1e-4 && found.differentLabels == 0, "\(directory): \(found)")
    }
  }

  @Test("Halves that PyTorch computes with, too") func halves() throws {
    let found = try compare(try made("convert", "MODEL"))
    #expect(found.largestDifference < 0.05 && found.differentLabels <= 1, "\(found)")
  }

  /// Six linear layers in each of three layers, the pooler, and three tables.
  private static let modules = 3 * 6 + 1 + 3

  @Test(
    "Bytes and four bits: the same predictions",
    arguments: [
      ["int8-ptq-dynamic"], ["int8-ptq", "--calibration", "DATA"], ["int4"],
      ["int4", "--asymmetric", "--group-size", "32"], ["int4", "--embeddings", "int4", "--calibration", "DATA"],
      ["mixed", "--data", "DATA", "--max-drop", "0.02", "--group-size", "32"],
    ])
  func quantized(_ scheme: [String]) throws {
    let target = scratch.path + "/made"
    let arguments = scheme.map { $0.replacing("DATA", with: scratch.path + "/train.tsv") }
    let result = try Program.run(["quantize", model, "--quiet", "--output", target, "--scheme"] + arguments)
    try #require(result.status == 0, "\(result.errors)")
    let found = try compare(target)
    // Tokens are rounded to steps of max / 127.5 there, of max / 127 here.
    #expect(found.largestDifference < 0.1 && found.differentLabels <= 1, "\(scheme): \(found)")
    if scheme[0] != "mixed" { #expect(found.quantizedModules == Self.modules) }
    #expect(found.quantizedModules > 0)
  }
}
