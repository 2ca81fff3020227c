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
  @Flag(help: "List each tensor with its format, bits a weight and bytes.")
  var tensors = false
  @OptionGroup var display: DisplayOptions

  private struct TensorFacts: Encodable {
    var name: String
    var format: String
    var shape: [Int]
    /// Scales included.
    var bytes: Int
    /// Of all that is stored for it.
    var bitsPerWeight: Double
  }

  private struct Facts: Encodable {
    var directory: String
    var modelType: String
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
    /// The scheme that the weights are quantised by.
    var quantization: String?
    var bitsPerWeight: Double
    var tensors: [TensorFacts]
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
    let stored = checkpoint.names.compactMap { tensorFacts($0, checkpoint) }
    let formats = stored.reduce(into: [String: Int]()) { $0[$1.format, default: 0] += 1 }
    let parameters = stored.reduce(0) { $0 + $1.shape.reduce(1, *) }
    let facts = Facts(
      directory: directory.path(percentEncoded: false), modelType: configuration.family.rawValue,
      layers: configuration.numHiddenLayers,
      hiddenSize: configuration.hiddenSize, attentionHeads: configuration.numAttentionHeads,
      intermediateSize: configuration.intermediateSize, activation: configuration.hiddenAct.rawValue,
      vocabularySize: configuration.vocabSize, labels: configuration.id2label, parameters: parameters,
      weightBytes: checkpoint.parameterBytes, formats: formats,
      quantization: configuration.quantization.map { ModelScheme.name($0) },
      bitsPerWeight: bits(checkpoint.parameterBytes, of: parameters), tensors: stored,
      sizeBytes: ModelFiles.bytes(directory),
      hasClassifier: checkpoint.hasClassifier, hasTokenizer: hasTokenizer, unusedTensors: checkpoint.unusedNames)
    if display.json { return try Output.json(facts) }
    try Output.line("\(facts.directory)")
    try Output.line(
      "  \(facts.modelType), \(facts.layers) layers of width \(facts.hiddenSize), \(facts.attentionHeads) heads, intermediate size \(facts.intermediateSize), \(facts.activation)"
    )
    try Output.line("  vocabulary of \(facts.vocabularySize), labels \(facts.labels.joined(separator: ", "))")
    let kinds = facts.formats.sorted { $0.key < $1.key }.map { "\($0.value) tensors of \($0.key)" }
    try Output.line("  \(facts.parameters) parameters in \(facts.weightBytes) bytes: \(kinds.joined(separator: ", "))")
    if let scheme = facts.quantization {
      try Output.line("  quantised by \(scheme): \(rounded(facts.bitsPerWeight)) bits a weight, scales included")
    }
    try Output.line("  \(facts.sizeBytes) bytes needed for inference")
    if !facts.hasClassifier { try Output.line("  no classifier: fine-tune it first") }
    if !hasTokenizer {
      try Output.line("  no tokenizer: no tokenizer.json, no vocab.txt, no vocab.json with merges.txt")
    }
    if !facts.unusedTensors.isEmpty { try Output.line("  not used: \(facts.unusedTensors.joined(separator: ", "))") }
    guard tensors else { return }
    for tensor in stored {
      try Output.line(
        "  \(tensor.name) \(tensor.shape): \(tensor.format), \(rounded(tensor.bitsPerWeight)) bits a weight, "
          + "\(tensor.bytes) bytes")
    }
  }

  private func tensorFacts(_ name: String, _ checkpoint: Checkpoint) -> TensorFacts? {
    guard let format = checkpoint.dtype(of: name), let shape = checkpoint.shape(of: name) else { return nil }
    let bytes = checkpoint.byteCount(of: name)
    return TensorFacts(
      name: checkpoint.configuration.family.stored(tensor: name),
      format: checkpoint.isFourBit(name) ? fourBits(name, checkpoint) : format.rawValue, shape: shape,
      bytes: bytes,
      bitsPerWeight: bits(bytes, of: shape.reduce(1, *)))
  }

  private func fourBits(_ name: String, _ checkpoint: Checkpoint) -> String {
    if case .nf4 = checkpoint.configuration.quantization?.format(of: name) { return "NF4" }
    return "I4"
  }

  private func bits(_ bytes: Int, of count: Int) -> Double { 8 * Double(bytes) / Double(max(1, count)) }

  private func rounded(_ bits: Double) -> Double { (100 * bits).rounded() / 100 }

  /// Whether there is one; one that is broken or doesn't fit the model is an error.
  private func hasTokenizer(_ directory: URL, _ configuration: BertConfiguration) throws -> Bool {
    do throws(TextError) {
      _ = try ModelTokenizer.read(modelDirectory: directory, vocabSize: configuration.vocabSize)
      return true
    } catch {
      if case .missingFile = error { return false }
      throw error
    }
  }
}
