internal import Bert
internal import Compute
internal import FoundationEssentials

/// Parameters of a model, or as many moments, in a checkpoint: written once, never changed.
struct ParameterFile {
  let url: URL

  init(_ name: String, in folder: URL) { url = folder.appending(path: name + ".safetensors") }

  /// One tensor in memory at a time.
  func write(_ parameters: ParameterStore, backend: any Backend) throws {
    try SafetensorsWriter.write(
      parameters.names.map { TensorToWrite(name: $0, parameters[$0], backend) }, to: url)
  }

  /// Writes what another file holds: a second name of it, or a copy where the file system has no such names.
  func write(_ other: ParameterFile) throws {
    do {
      try FileManager.default.linkItem(at: other.url, to: url)
    } catch {
      try FileManager.default.copyItem(at: other.url, to: url)
    }
  }

  func read(like parameters: ParameterStore, backend: any Backend) throws -> ParameterStore {
    let file = try open(like: parameters)
    return ParameterStore(
      try parameters.names.map { parameter in
        (
          name: parameter,
          tensor: try backend.upload(try file.floats(of: parameter), shape: parameters[parameter].shape)
        )
      })
  }

  /// - Throws: `TrainingError` unless names and shapes are those of `parameters`.
  @discardableResult
  func open(like parameters: ParameterStore) throws -> SafetensorsFile {
    let file = try SafetensorsFile(url: url)
    let stored = Set(file.entries.map { StoredShape(name: $0.name, dimensions: $0.shape) })
    let expected = Set(parameters.names.map { StoredShape(name: $0, dimensions: parameters[$0].shape.dimensions) })
    if let other = stored.symmetricDifference(expected).min(by: { $0.name < $1.name }) {
      throw TrainingError.checkpoint(
        path: file.path, reason: "belongs to another model: '\(other.name)' \(other.dimensions) is in one of them only")
    }
    return file
  }
}

private struct StoredShape: Hashable {
  let name: String
  let dimensions: [Int]
}
