import ArgumentParser
import Bert
import Foundation
import Pipeline
import Text

struct Inspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what a model directory holds, and whether it can be run.",
    discussion: "Example: espalier inspect my-model --json")

  @OptionGroup var model: ModelArgument
  @OptionGroup var display: DisplayOptions

  private struct Facts: Encodable {
    var directory: String
    var layers: Int
    var hiddenSize: Int
    var attentionHeads: Int
    var intermediateSize: Int
    var activation: String
    var vocabularySize: Int
    var labels: [String]
    var parameters: Int
    var weightBytes: Int
    var formats: [String: Int]
    var sizeBytes: Int
    var hasClassifier: Bool
    var hasTokenizer: Bool
    var unusedTensors: [String]
  }

  func run() async throws {
    let directory = try await model.directory(display.progress(ProcessInfo.processInfo.environment))
    let checkpoint = try Checkpoint(modelDirectory: directory)
    try checkpoint.validate(requireClassifier: false)
    try checkpoint.validateValues()
    let configuration = checkpoint.configuration
    let hasTokenizer = try hasTokenizer(directory, configuration)
    var formats: [String: Int] = [:]
    var parameters = 0
    for name in checkpoint.names {
      if let format = checkpoint.dtype(of: name) { formats["\(format.rawValue)", default: 0] += 1 }
      parameters += checkpoint.shape(of: name)?.reduce(1, *) ?? 0
    }
    let facts = Facts(
      directory: directory.path(percentEncoded: false), layers: configuration.numHiddenLayers,
      hiddenSize: configuration.hiddenSize, attentionHeads: configuration.numAttentionHeads,
      intermediateSize: configuration.intermediateSize, activation: configuration.hiddenAct.rawValue,
      vocabularySize: configuration.vocabSize, labels: configuration.id2label, parameters: parameters,
      weightBytes: checkpoint.parameterBytes, formats: formats, sizeBytes: ModelFiles.bytes(directory),
      hasClassifier: checkpoint.hasClassifier, hasTokenizer: hasTokenizer, unusedTensors: checkpoint.unusedNames)
    if display.json { return try Output.json(facts) }
    try Output.line("\(facts.directory)")
    try Output.line(
      "  \(facts.layers) layers of width \(facts.hiddenSize), \(facts.attentionHeads) heads, intermediate size \(facts.intermediateSize), \(facts.activation)"
    )
    try Output.line("  vocabulary of \(facts.vocabularySize), labels \(facts.labels.joined(separator: ", "))")
    let kinds = facts.formats.sorted { $0.key < $1.key }.map { "\($0.value) tensors of \($0.key)" }
    try Output.line("  \(facts.parameters) parameters in \(facts.weightBytes) bytes: \(kinds.joined(separator: ", "))")
    try Output.line("  \(facts.sizeBytes) bytes needed for inference")
    if !facts.hasClassifier { try Output.line("  no classifier: fine-tune it first") }
    if !hasTokenizer { try Output.line("  no tokenizer: neither tokenizer.json nor vocab.txt") }
    if !facts.unusedTensors.isEmpty { try Output.line("  not used: \(facts.unusedTensors.joined(separator: ", "))") }
  }

  /// Whether there is one; one that is broken or doesn't fit the model is an error.
  private func hasTokenizer(_ directory: URL, _ configuration: BertConfiguration) throws -> Bool {
    do throws(TextError) {
      _ = try WordPieceTokenizer(modelDirectory: directory, vocabSize: configuration.vocabSize)
      return true
    } catch {
      if case .missingFile = error { return false }
      throw error
    }
  }
}
