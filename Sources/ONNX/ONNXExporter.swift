public import Bert
import Compute
public import FoundationEssentials

/// Writes a classifier for ONNX runtimes: `onnx/model.onnx` (or another name, see ``ONNXPrecision/fileName``) beside
/// config.json and the tokenizer's files, as transformers.js expects them.
public struct ONNXExporter: Sendable {
  private static let folder = "onnx"

  private let checkpoint: Checkpoint
  private let precision: ONNXPrecision
  private let producerVersion: String
  private let largestMessage: Int

  /// - Parameters:
  ///   - producerVersion: of the program, which the file states.
  ///   - largestMessage: how many bytes a graph may have before its tensors go beside it.
  package init(
    _ checkpoint: Checkpoint, precision: ONNXPrecision, producerVersion: String, largestMessage: Int
  ) {
    self.checkpoint = checkpoint
    self.precision = precision
    self.producerVersion = producerVersion
    self.largestMessage = largestMessage
  }

  /// - Parameter producerVersion: of the program, which the file states.
  public init(_ checkpoint: Checkpoint, precision: ONNXPrecision, producerVersion: String) {
    self.init(
      checkpoint, precision: precision, producerVersion: producerVersion, largestMessage: ModelFile.largestMessage)
  }

  /// Writes the directory, whole or not at all. One that holds this model already, in this form or as a checkpoint, gets
  /// the graph beside what is there.
  ///
  /// - Returns: the file of the graph.
  /// - Throws: ``ONNXError``; ``BertError`` for weights that are missing, damaged or beyond the range of halves; `FileError`.
  @discardableResult
  public func write(to directory: URL) throws -> URL {
    try precision.check(checkpoint)
    try checkpoint.validate(requireClassifier: true)
    let model = ModelFile(
      try BertGraph.graph(of: checkpoint, precision: precision), producerVersion: producerVersion)
    if try holdsModel(directory) {
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
    return directory.appending(path: Self.folder).appending(path: precision.fileName)
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
    try model.write(to: folder.appending(path: precision.fileName), largestMessage: largestMessage)
  }

  /// Whether a directory is there, not empty, and of this model.
  ///
  /// - Throws: ``ONNXError/otherModel(path:)`` for one of anything else.
  private func holdsModel(_ directory: URL) throws -> Bool {
    let path = directory.path(percentEncoded: false)
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard !entries.isEmpty else { return false }
    guard let other = try? BertConfiguration(url: directory.appending(path: "config.json")),
      Self.floats(other).json == Self.floats(checkpoint.configuration).json
    else { throw ONNXError.otherModel(path: path) }
    return true
  }

  /// What a configuration says apart from how weights are stored, which in a graph is the graph's affair.
  private static func floats(_ configuration: BertConfiguration) -> BertConfiguration {
    var floats = configuration
    floats.quantization = nil
    floats.dtype = "float32"
    return floats
  }
}
