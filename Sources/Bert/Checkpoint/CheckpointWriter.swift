import Compute
public import FoundationEssentials

/// Writes a model directory in Hugging Face's form: whole or not at all.
///
/// The files are written to a temporary sibling, which then takes the directory's name. An existing directory is replaced
/// if it is empty or a model directory (plain files only, `config.json` among them), and left alone otherwise.
public struct CheckpointWriter: Sendable {
  /// Files that belong to the tokenizer and go with the model unchanged.
  public static let tokenizerFiles = [
    "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model", "spiece.model",
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
  ]

  public var configuration: BertConfiguration
  /// Where the tokenizer's files are copied from, as far as they are there.
  public var tokenizerSource: URL?
  /// Further files by name, such as a model card, that have to appear together with the model.
  public var additionalFiles: [String: [UInt8]]

  public init(
    configuration: BertConfiguration, tokenizerSource: URL? = nil, additionalFiles: [String: [UInt8]] = [:]
  ) {
    self.configuration = configuration
    self.tokenizerSource = tokenizerSource
    self.additionalFiles = additionalFiles
  }

  /// Writes `config.json`, `model.safetensors` with `tensors` in their order, and the other files.
  ///
  /// - Parameter tensors: by canonical names; files have those of the configuration's family.
  /// - Throws: ``BertError`` (a ``BertError/file(_:)`` for a full disk or a read-only directory), or what a tensor's
  ///   provider throws. Nothing is left behind, and an older directory stays as it was.
  public func write(_ tensors: [TensorToWrite], to directory: URL) throws {
    let unfinished: AtomicDirectory
    do throws(FileError) {
      unfinished = try AtomicDirectory(replacing: directory, marker: "config.json")
    } catch { throw BertError.file(error) }
    let folder = unfinished.url
    do {
      try fill(folder, tensors)
      try unfinished.commit()
    } catch {
      throw Self.named(error, insteadOf: folder, directory)
    }
  }

  private func fill(_ folder: URL, _ tensors: [TensorToWrite]) throws {
    if let tokenizerSource { try Self.copyTokenizer(from: tokenizerSource, to: folder) }
    for (name, bytes) in additionalFiles.sorted(by: { $0.key < $1.key }) {
      try AtomicFile.write(bytes, to: folder.appending(path: name))
    }
    try AtomicFile.write(configuration.json, to: folder.appending(path: "config.json"))
    let stored = tensors.map { $0.named(configuration.family.stored(tensor: $0.name)) }
    try SafetensorsWriter.write(stored, to: folder.appending(path: "model.safetensors"))
  }

  /// The error with the name that the user gave, where it has that of the temporary directory.
  package static func named(_ error: any Error, insteadOf temporary: URL, _ directory: URL) -> any Error {
    func final(_ path: String) -> String {
      let prefix = temporary.path(percentEncoded: false)
      guard path.hasPrefix(prefix) else { return path }
      return directory.appending(path: String(path.dropFirst(prefix.count))).path(percentEncoded: false)
    }
    switch error {
    case FileError.system(let path, let operation, let code),
      BertError.file(.system(let path, let operation, let code)):
      return BertError.file(.system(path: final(path), operation: operation, code: code))
    case let other as FileError:
      return BertError.file(other)
    case BertError.writtenByteCount(let path, let tensor, let expected, let found):
      return BertError.writtenByteCount(path: final(path), tensor: tensor, expected: expected, found: found)
    case BertError.duplicateTensor(let path, let tensor):
      return BertError.duplicateTensor(path: final(path), tensor: tensor)
    default:
      return error
    }
  }

  /// Copies the tokenizer's files, as far as they are there.
  package static func copyTokenizer(from source: URL, to folder: URL) throws {
    for name in tokenizerFiles { try copy(name, from: source, to: folder) }
  }

  private static func copy(_ name: String, from source: URL, to folder: URL) throws {
    let original = source.appending(path: name)
    guard FileManager.default.fileExists(atPath: original.path(percentEncoded: false)) else { return }
    let file = try MappedFile(url: original)
    try AtomicFile.write(to: folder.appending(path: name)) { copy in
      try file.withBytes { bytes in try copy.write(bytes) }
    }
  }
}
