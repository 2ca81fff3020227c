import Bert
import Compute
import FoundationEssentials

/// A model on the Hugging Face Hub, through the cache that all its clients share.
///
/// The layout is `models--OWNER--NAME/{blobs/ETAG, refs/REVISION, snapshots/COMMIT/FILE}`, a file being a link to its blob;
/// what is there is used without asking the network.
///
/// - SeeAlso: "Understand caching", documentation of huggingface_hub.
struct HubSnapshot: Sendable {
  /// The files that a classifier needs. One of `required` and the weights must be there; the others may.
  private static let required = ["config.json"]
  private static let optional = CheckpointWriter.tokenizerFiles
  private static let weights = "model.safetensors"
  private static let index = "model.safetensors.index.json"

  private let source: Catalogue.HubSource
  private let root: URL
  private let endpoint: String
  private let isOffline: Bool
  private let client: HTTPClient

  init(_ source: Catalogue.HubSource, environment: [String: String]) {
    self.source = source
    root = Self.cache(environment)
    endpoint = (environment["HF_ENDPOINT"] ?? "https://huggingface.co").trimmed(of: "/")
    isOffline = Self.isTrue(environment["HF_HUB_OFFLINE"]) || Self.isTrue(environment["TRANSFORMERS_OFFLINE"])
    client = HTTPClient(token: Self.token(environment))
  }

  /// `owner/name` or `owner/name@revision`; nil for anything else.
  static func source(_ text: String) -> Catalogue.HubSource? {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    let allowed = { (name: Substring) in
      !name.isEmpty && name.first != "."
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }
    // A revision names a path in the cache too, so it must not lead out of it.
    guard names.count == 2, names.allSatisfy(allowed),
      parts.count == 1 || parts[1].split(separator: "/", omittingEmptySubsequences: false).allSatisfy(allowed)
    else { return nil }
    return Catalogue.HubSource(repository: String(parts[0]), revision: parts.count == 2 ? String(parts[1]) : "main")
  }

  /// The directory of the snapshot, complete.
  func fetch() async throws(InputError) -> URL {
    if let cached = cached() { return try checked(cached) }
    if isOffline { throw .offline(what: source.repository) }
    var directory: URL?
    for name in Self.required { directory = try await file(name) }
    for name in Self.optional { _ = try await optionalFile(name) }
    if try await optionalFile(Self.weights) == nil {
      guard let snapshot = try await optionalFile(Self.index) else {
        throw .missingFile(directory: "\(source.repository) on the Hub", name: Self.weights)
      }
      for shard in try shards(snapshot) { _ = try await file(shard) }
    }
    guard let directory else { throw .missingFile(directory: source.repository, name: "config.json") }
    return try checked(directory)
  }

  private var repository: URL {
    root.appending(
      path: "models--" + source.repository.replacing("/", with: "--"), directoryHint: .isDirectory)
  }

  /// A complete snapshot of the revision in the cache.
  private func cached() -> URL? {
    let reference = repository.appending(path: "refs/\(source.revision)")
    let commit =
      (try? String(contentsOf: reference, encoding: .utf8))?.trimmed(of: "\n") ?? source.revision
    let snapshot = repository.appending(path: "snapshots/\(commit)", directoryHint: .isDirectory)
    let exists = { (name: String) in
      FileManager.default.fileExists(atPath: snapshot.appending(path: name).path(percentEncoded: false))
    }
    guard Self.required.allSatisfy(exists), ["tokenizer.json", "vocab.txt", "vocab.json"].contains(where: exists)
    else { return nil }
    if exists(Self.weights) { return snapshot }
    guard exists(Self.index), let names = try? shards(snapshot), names.allSatisfy(exists) else { return nil }
    return snapshot
  }

  private func checked(_ snapshot: URL) throws(InputError) -> URL {
    try InputCache.verify(snapshot, source.sums ?? [:], source: "the Hub, \(source.repository)")
    return snapshot
  }

  private func optionalFile(_ name: String) async throws(InputError) -> URL? {
    do throws(InputError) {
      return try await file(name)
    } catch {
      if case .http(_, status: 404) = error { return nil }
      throw error
    }
  }

  /// Fetches one file unless it is there. Returns its snapshot.
  private func file(_ name: String) async throws(InputError) -> URL {
    let address = "\(endpoint)/\(source.repository)/resolve/\(source.revision)/\(name)"
    guard let url = URL(string: address) else { throw .malformed(source: address, reason: "not an address") }
    let answer = try await client.head(url)
    guard answer.status == 200 || (300..<400).contains(answer.status) else {
      throw .http(url: address, status: answer.status)
    }
    guard let commit = answer.headers["x-repo-commit"], Self.isPlain(commit),
      let tag = (answer.headers["x-linked-etag"] ?? answer.headers["etag"]).map(Self.plainTag), Self.isPlain(tag)
    else { throw .malformed(source: address, reason: "expected the headers X-Repo-Commit and ETag") }
    let snapshot = repository.appending(path: "snapshots/\(commit)", directoryHint: .isDirectory)
    let blob = repository.appending(path: "blobs/\(tag)")
    do {
      for folder in ["blobs", "refs", "snapshots/\(commit)"] {
        try Directories.make(repository.appending(path: folder))
      }
      if !FileManager.default.fileExists(atPath: blob.path(percentEncoded: false)) {
        try await download(url, tag: tag, expected: source.sums?[name], to: blob)
      }
      let link = snapshot.appending(path: name).path(percentEncoded: false)
      if !FileManager.default.fileExists(atPath: link) {
        try? FileManager.default.removeItem(atPath: link)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../../blobs/\(tag)")
      }
      if commit != source.revision {
        let reference = repository.appending(path: "refs/\(source.revision)")
        try Directories.make(reference.deletingLastPathComponent())
        try AtomicFile.write(commit, to: reference)
      }
    } catch let error as InputError {
      throw error
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .malformed(source: repository.path(percentEncoded: false), reason: "cannot be written: \(error)")
    }
    return snapshot
  }

  /// To `blob.incomplete` first, which a broken download leaves for the next one to go on with.
  private func download(_ url: URL, tag: String, expected: String?, to blob: URL) async throws {
    let partial = URL(filePath: blob.path(percentEncoded: false) + ".incomplete")
    try await client.download(url, to: partial)
    // The tag of a large file is its SHA-256 sum, that of a small one a Git hash.
    if let sum = expected ?? (tag.count == 64 ? tag : nil) {
      let found = try Fingerprint.file(partial)
      guard found == sum else {
        try? FileManager.default.removeItem(at: partial)
        throw InputError.sum(
          path: blob.path(percentEncoded: false), source: url.absoluteString, expected: sum, found: found)
      }
    }
    try FileManager.default.moveItem(at: partial, to: blob)
  }

  private func shards(_ snapshot: URL) throws(InputError) -> [String] {
    struct Index: Decodable { var weight_map: [String: String] }
    let file = snapshot.appending(path: Self.index)
    do {
      let names = Set(try JSONDecoder().decode(Index.self, from: try Data(contentsOf: file)).weight_map.values)
      for name in names where !Self.isPlain(name) {
        throw InputError.malformed(source: file.path(percentEncoded: false), reason: "'\(name)' is no file name")
      }
      return names.sorted()
    } catch let error as InputError {
      throw error
    } catch {
      throw .malformed(source: file.path(percentEncoded: false), reason: "expected 'weight_map': \(error)")
    }
  }

  /// A single path component: what a server says must not lead out of the cache.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".")
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
  }

  private static func plainTag(_ tag: String) -> String {
    String(tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]).trimmed(of: "\"")
  }

  private static func cache(_ environment: [String: String]) -> URL {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let path = value("HF_HUB_CACHE") ?? value("HUGGINGFACE_HUB_CACHE") {
      return URL(filePath: path, directoryHint: .isDirectory)
    }
    return home(environment).appending(path: "hub", directoryHint: .isDirectory)
  }

  private static func home(_ environment: [String: String]) -> URL {
    if let path = environment["HF_HOME"], !path.isEmpty { return URL(filePath: path, directoryHint: .isDirectory) }
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "/tmp") + "/.cache"
    return URL(filePath: cache + "/huggingface", directoryHint: .isDirectory)
  }

  /// `HF_TOKEN`, or what the Hub's own client has stored.
  private static func token(_ environment: [String: String]) -> String? {
    let text =
      environment["HF_TOKEN"]
      ?? (try? String(contentsOf: home(environment).appending(path: "token"), encoding: .utf8))
    let token = text?.trimmed(of: "\n")
    return token?.isEmpty == false ? token : nil
  }

  private static func isTrue(_ value: String?) -> Bool {
    ["1", "ON", "YES", "TRUE"].contains(value?.uppercased() ?? "")
  }
}

extension String {
  fileprivate func trimmed(of character: Character) -> String {
    var text = self[...]
    while text.last == character { text.removeLast() }
    while text.first == character { text.removeFirst() }
    return String(text)
  }
}
