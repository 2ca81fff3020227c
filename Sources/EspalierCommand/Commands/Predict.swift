import ArgumentParser
import Bert
import Foundation
import Pipeline
import Text
import Training

struct Predict: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Classifies sentences of the standard input, one a line; one JSON object a line comes out, in order.",
    discussion: "Example: echo 'a fine film' | espalier predict my-model")

  @OptionGroup var model: ModelArgument
  @Flag(help: "The lines of the input are JSON strings.")
  var json = false
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var quietness: QuietOption

  private struct Prediction: Encodable {
    var label: String
    /// Softmax of the logits, by label.
    var scores: [String: Double]
  }

  func run() async throws {
    let directory = try await model.directory(quietness.progress(ProcessInfo.processInfo.environment))
    let classifier = try PackedClassifier(
      checkpoint: try Checkpoint(modelDirectory: directory), backend: try compute.backend())
    let tokenizer = try ModelTokenizer.read(
      modelDirectory: directory, vocabSize: classifier.configuration.vocabSize)
    let labels = classifier.configuration.id2label
    let length = compute.length(classifier.configuration)
    try LineInput(isJSON: json).forEachGroup { lines in
      let rows = TokenizedText(
        lines.map { LabelledSentence(text: $0, label: 0) }, tokenizer: tokenizer, maximumLength: length)
      let predictions = try Evaluator.predictions(classifier, rows)
      let answers = predictions.classes.enumerated().map { row, index in
        let logits = predictions.logits[row * labels.count..<(row + 1) * labels.count].map(Double.init)
        let largest = logits.max() ?? 0
        let exponentials = logits.map { exp($0 - largest) }
        let sum = exponentials.reduce(0, +)
        let scores = Dictionary(
          zip(labels, exponentials.map { $0 / sum }), uniquingKeysWith: { first, _ in first })
        return Prediction(label: labels[index], scores: scores)
      }
      try Output.jsonLines(answers)
    }
  }
}
