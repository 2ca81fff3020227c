import Bert
import Compute
import FoundationEssentials

/// What a run starts from: fetched weights, or random ones in the shape that the catalogue gives.
struct PretrainedModel: Sendable {
  /// The directory of the vocabulary.
  let tokenizer: URL
  /// Of all that the model depends on.
  let sums: [String: String]
  /// Its classes are not yet those of the data.
  let configuration: BertConfiguration
  private let source: Source
  private let seed: UInt64
  private let backend: CPUBackend

  private enum Source: Sendable {
    case directory(URL)
    case random
  }

  init(_ model: ModelSource, seed: UInt64, fetcher: Fetcher, backend: CPUBackend) async throws {
    self.seed = seed
    self.backend = backend
    switch model.weights {
    case .pretrained:
      let input = try await fetcher.model(model.name)
      tokenizer = input.directory
      sums = input.files
      configuration = try Checkpoint(modelDirectory: input.directory).configuration
      source = .directory(input.directory)
    case .random:
      guard let entry = fetcher.catalogue.models[model.name], let shape = entry.shape,
        let vocabulary = entry.vocabularyOf
      else {
        let known = fetcher.catalogue.models.filter { $0.value.shape != nil }.keys.sorted()
        throw InputError.unknownModel(name: "\(model.name) with random weights", known: known)
      }
      let input = try await fetcher.model(vocabulary)
      let likeness = try Checkpoint(modelDirectory: input.directory).configuration
      var configuration = likeness
      configuration.hiddenSize = shape["hidden_size"] ?? likeness.hiddenSize
      configuration.numHiddenLayers = shape["num_hidden_layers"] ?? likeness.numHiddenLayers
      configuration.numAttentionHeads = shape["num_attention_heads"] ?? likeness.numAttentionHeads
      configuration.intermediateSize = shape["intermediate_size"] ?? likeness.intermediateSize
      tokenizer = input.directory
      var sums = input.files.filter { !$0.key.hasSuffix(".safetensors") }
      sums["random weights"] = try Fingerprint.value([model.name, "\(seed)", try Fingerprint.value(shape)])
      self.sums = sums
      self.configuration = configuration
      source = .random
    }
  }

  func classifier(labels: [String]) throws -> BertClassifier {
    switch source {
    case .directory(let directory):
      return try BertClassifier(
        checkpoint: try Checkpoint(modelDirectory: directory), labels: labels, seed: seed, backend: backend)
    case .random:
      var configuration = configuration
      configuration.setLabels(labels)
      configuration.architectures = [configuration.family.classifierArchitecture]
      return try BertClassifier(randomWeights: configuration, seed: seed, backend: backend)
    }
  }
}
