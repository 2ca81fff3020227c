public import Bert
import Compute
public import FoundationEssentials

/// Writes a classifier for ONNX runtimes: `onnx/model.onnx` (or another name, see ``ONNXPrecision/fileName``) beside
/// config.json and the tokenizer's files, as transformers.js expects them.
public struct ONNXExporter: Sendable {
  /// Protocol Buffers count the bytes of a message in 31 bits.
  public static let largestGraph = ModelFile.largestMessage

  private static let folder = "onnx"

  private let checkpoint: Checkpoint
  private let precision: ONNXPrecision
  private let producerVersion: String
  private let largestGraph: Int

  /// - Parameters:
  ///   - producerVersion: of the program, which the file states.
  ///   - largestGraph: how many bytes a graph may have before its tensors go into a file beside it.
  public init(
    _ checkpoint: Checkpoint, precision: ONNXPrecision, producerVersion: String, largestGraph: Int = Self.largestGraph
  ) {
    self.checkpoint = checkpoint
    self.precision = precision
    self.producerVersion = producerVersion
    self.largestGraph = min(largestGraph, Self.largestGraph)
  }

  /// Writes the directory, whole or not at all. One that holds this model already, in another precision or as a checkpoint,
  /// gets the graph beside what is there.
  ///
  /// - Returns: the file of the graph.
  /// - Throws: ``ONNXError``; ``BertError`` for weights that are missing, damaged or beyond the range of halves; `FileError`.
  @discardableResult
  public func write(to directory: URL) throws -> URL {
    try precision.check(checkpoint)
    try checkpoint.validate(requireClassifier: true)
    let model = ModelFile(
      try BertGraph.graph(of: checkpoint, precision: precision), producerVersion: producerVersion)
    let graph = try Self.place(for: checkpoint.configuration, precision, in: directory)
    if Self.isFilled(directory) {
      try write(model, in: directory)
    } else {
      let unfinished = try AtomicDirectory(replacing: directory, marker: "config.json")
      let temporary = unfinished.url
      do {
        try CheckpointWriter.copyTokenizer(from: checkpoint.directory, to: temporary)
        try AtomicFile.write(Self.floats(checkpoint.configuration).json, to: temporary.appending(path: "config.json"))
        try write(model, in: temporary)
        try unfinished.commit()
      } catch {
        throw CheckpointWriter.named(error, insteadOf: temporary, directory)
      }
    }
    return graph
  }

  /// The file of the graph of a model, after making sure that nothing is in its way.
  ///
  /// - Throws: ``ONNXError/exists(path:)``; ``ONNXError/otherModel(path:)`` for a directory of anything else.
  @discardableResult
  public static func place(
    for configuration: BertConfiguration, _ precision: ONNXPrecision, in directory: URL
  ) throws(ONNXError) -> URL {
    let graph = directory.appending(path: folder).appending(path: precision.fileName)
    guard isFilled(directory) else { return graph }
    guard let other = try? BertConfiguration(url: directory.appending(path: "config.json")),
      architecture(other) == architecture(configuration)
    else { throw .otherModel(path: directory.path(percentEncoded: false)) }
    let path = graph.path(percentEncoded: false)
    if FileManager.default.fileExists(atPath: path) { throw .exists(path: path) }
    return graph
  }

  /// Whether a model has layers of INT8, all or beside others, whose product ONNX Runtime computes exactly on some
  /// processors alone.
  public static func multipliesBytes(_ checkpoint: Checkpoint) -> Bool {
    guard let quantization = checkpoint.configuration.quantization else { return false }
    return checkpoint.names.contains { LinearSite.of(weight: $0) != nil && quantization.format(of: $0) == .int8 }
  }

  /// The bytes of a graph and of the tensors beside it.
  public static func bytes(_ graph: URL) -> Int {
    [graph, ModelFile.dataURL(graph)].reduce(0) { sum, url in
      let attributes = try? FileManager.default.attributesOfItem(atPath: url.path(percentEncoded: false))
      return sum + ((attributes?[.size] as? Int) ?? 0)
    }
  }

  private func write(_ model: ModelFile, in directory: URL) throws {
    let folder = directory.appending(path: Self.folder, directoryHint: .isDirectory)
    try Directories.make(folder)
    try model.write(to: folder.appending(path: precision.fileName), largestMessage: largestGraph)
  }

  /// Whether something is there that is not an empty directory.
  private static func isFilled(_ directory: URL) -> Bool {
    let path = directory.path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: path) else { return false }
    return (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty != true
  }

  /// What a configuration says apart from how weights are stored, which in a graph is the graph's affair.
  private static func floats(_ configuration: BertConfiguration) -> BertConfiguration {
    var floats = configuration
    floats.quantization = nil
    floats.dtype = "float32"
    return floats
  }

  /// What graphs of one model have in common, however its config.json spells it.
  private static func architecture(_ configuration: BertConfiguration) -> BertConfiguration {
    BertConfiguration(
      vocabSize: configuration.vocabSize, hiddenSize: configuration.hiddenSize,
      numHiddenLayers: configuration.numHiddenLayers, numAttentionHeads: configuration.numAttentionHeads,
      intermediateSize: configuration.intermediateSize, hiddenAct: configuration.hiddenAct,
      maxPositionEmbeddings: configuration.maxPositionEmbeddings, typeVocabSize: configuration.typeVocabSize,
      layerNormEps: configuration.layerNormEps, padTokenID: configuration.padTokenID, id2label: configuration.id2label,
      family: configuration.family, embeddingSize: configuration.embeddingSize)
  }
}
