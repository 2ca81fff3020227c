import ArgumentParser
import Bert
import Compression
import Compute
import FoundationEssentials

/// The sizes of models that benchmarks speak of.
enum ModelShape: String, CaseIterable, ExpressibleByArgument {
  case minilm
  case bertBase = "bert-base"

  /// Weights are drawn wider than BERT's 0.02, so that attention is not flat and logits differ from sentence to sentence:
  /// an engine that got either wrong would be seen.
  var configuration: BertConfiguration {
    switch self {
    case .minilm:
      BertConfiguration(hiddenSize: 384, numHiddenLayers: 6, intermediateSize: 1536, initializerRange: 0.06)
    case .bertBase: BertConfiguration(initializerRange: 0.04)
    }
  }
}

/// Writes a model of random weights: times depend on the shape alone, so nobody has to fetch a model.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Writes a classifier of random weights in the shape of a known model.")

  @Argument(help: "One of \(ModelShape.allCases.map(\.rawValue).joined(separator: ", ")).")
  var shape: ModelShape

  @Argument(help: "The directory to write; its twins go to DIRECTORY-f16, -int8, -int8-reduced and -int4.")
  var directory: String

  @Option(help: "Of the weights.")
  var seed: UInt64 = 1

  func run() throws {
    let backend = try CPUBackend()
    let model = try BertClassifier(randomWeights: shape.configuration, seed: seed, backend: backend)
    try model.write(to: URL(directory: directory), tokenizerSource: nil, backend: backend)
    try model.write(to: URL(directory: directory + "-f16"), precision: .f16, tokenizerSource: nil, backend: backend)
    let source = try Checkpoint(modelDirectory: URL(directory: directory))
    let reduced = WeightQuantizer(reducesRange: true)
    for (name, quantizer) in [
      ("int8", ModelQuantizer(scheme: .int8PTQDynamic)), ("int4", ModelQuantizer(scheme: .int4)),
      ("int8-reduced", ModelQuantizer(scheme: .int8PTQDynamic, quantizer: reduced)),
    ] {
      try quantizer.quantize(source, to: URL(directory: "\(directory)-\(name)"))
    }
  }
}
