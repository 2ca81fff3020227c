import Compute
public import FoundationEssentials
import JSON

/// The safetensors files of a model directory as one: `model.safetensors`, or the shards that
/// `model.safetensors.index.json` names.
public struct ShardedCheckpoint: Sendable {
  /// The file with the data, or the index of the shards: what messages name.
  public let url: URL
  public let files: [SafetensorsFile]
  /// Stored names, in the order of the files.
  public let names: [String]
  private let places: [String: Int]

  public var path: String { url.path(percentEncoded: false) }

  /// - Throws: ``BertError/missingFile(directory:expected:)``, ``BertError/pickledWeights(path:)``, those of
  ///   ``SafetensorsFile/init(url:)``, and ``BertError/shardIndex(path:tensor:problem:)``.
  public init(modelDirectory: URL) throws(BertError) {
    let single = modelDirectory.appending(path: "model.safetensors")
    let index = modelDirectory.appending(path: "model.safetensors.index.json")
    if Self.exists(single) {
      try self.init(single: single)
    } else if Self.exists(index) {
      try self.init(index: index, directory: modelDirectory)
    } else {
      for name in ["pytorch_model.bin", "pytorch_model.bin.index.json"] {
        let pickled = modelDirectory.appending(path: name)
        if Self.exists(pickled) { throw .pickledWeights(path: pickled.path(percentEncoded: false)) }
      }
      throw .missingFile(
        directory: modelDirectory.path(percentEncoded: false),
        expected: ["model.safetensors", "model.safetensors.index.json"])
    }
  }

  private init(single: URL) throws(BertError) {
    let file = try SafetensorsFile(url: single)
    url = single
    files = [file]
    names = file.entries.map(\.name)
    places = Dictionary(uniqueKeysWithValues: names.map { ($0, 0) })
  }

  private init(index: URL, directory: URL) throws(BertError) {
    let path = index.path(percentEncoded: false)
    let map = try Self.weightMap(index: index, path: path)
    var files: [SafetensorsFile] = []
    var fileNumbers: [String: Int] = [:]
    var places: [String: Int] = [:]
    for (tensor, name) in map {
      let number: Int
      if let known = fileNumbers[name] {
        number = known
      } else {
        number = files.count
        files.append(try SafetensorsFile(url: directory.appending(path: name)))
        fileNumbers[name] = number
      }
      guard files[number][tensor] != nil else {
        throw .shardIndex(path: path, tensor: tensor, problem: "'\(name)', which the index names, does not hold it")
      }
      places[tensor] = number
    }
    url = index
    self.files = files
    names = map.map(\.tensor)
    self.places = places
  }

  /// The pairs of tensor and file name under `weight_map`. A file name must be a plain one: an index has no business
  /// outside its directory.
  private static func weightMap(index: URL, path: String) throws(BertError) -> [(tensor: String, file: String)] {
    let root: JSONValue
    do {
      root = try JSONValue(parsing: try MappedFile(url: index).withBytes { $0.withUnsafeBytes { [UInt8]($0)[...] } })
    } catch let error as JSONError {
      throw .malformedJSON(path: path, offset: error.offset, reason: error.reason)
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .malformedJSON(path: path, offset: 0, reason: "\(error)")
    }
    guard case .object(let members) = root["weight_map"] else {
      throw .configuration(
        path: path, key: "weight_map", expected: "an object of tensor and file names",
        found: root["weight_map"]?.evidence ?? "none")
    }
    var pairs: [(tensor: String, file: String)] = []
    for member in members {
      guard let name = member.value.text, name.hasSuffix(".safetensors"), !name.contains("/") else {
        throw .shardIndex(
          path: path, tensor: member.name,
          problem: "expected the name of a .safetensors file beside the index, found \(member.value.evidence)")
      }
      pairs.append((member.name, name))
    }
    return pairs
  }

  private static func exists(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.path(percentEncoded: false))
  }

  /// The file that holds a tensor, by its stored name.
  public func file(of name: String) throws(BertError) -> SafetensorsFile {
    guard let place = places[name] else { throw .unknownTensor(path: path, tensor: name) }
    return files[place]
  }

  public subscript(name: String) -> SafetensorsFile.Entry? { places[name].flatMap { files[$0][name] } }
}
