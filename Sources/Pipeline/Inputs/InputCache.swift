import Compute
import FoundationEssentials

/// Where fetched files are kept: `$ESPALIER_CACHE`, or `espalier` in `$XDG_CACHE_HOME` or `~/.cache`.
struct InputCache: Sendable {
  let root: URL

  init(environment: [String: String]) {
    func directory(_ variable: String) -> URL? {
      environment[variable].flatMap { $0.isEmpty ? nil : URL(filePath: $0, directoryHint: .isDirectory) }
    }
    root =
      directory("ESPALIER_CACHE")
      ?? (directory("XDG_CACHE_HOME")
      ?? (directory("HOME") ?? URL(filePath: "/tmp", directoryHint: .isDirectory)).appending(path: ".cache"))
      .appending(path: "espalier", directoryHint: .isDirectory)
  }

  func directory(_ kind: String, _ name: String) -> URL {
    root.appending(path: "\(kind)/\(name)", directoryHint: .isDirectory)
  }

  /// Checks the files of a directory against their sums.
  static func verify(_ directory: URL, _ sums: [String: String], source: String) throws(InputError) {
    for (name, expected) in sums.sorted(by: { $0.key < $1.key }) {
      let file = directory.appending(path: name)
      let path = file.path(percentEncoded: false)
      guard FileManager.default.fileExists(atPath: path) else {
        throw .missingFile(directory: directory.path(percentEncoded: false), name: name)
      }
      let found: String
      do throws(FileError) { found = try Fingerprint.file(file) } catch { throw .file(error) }
      guard found == expected else { throw .sum(path: path, source: source, expected: expected, found: found) }
    }
  }

  /// Fetches, checks and keeps the files of an archive.
  func fetch(_ source: any ArchivedFiles, as directory: URL) async throws(InputError) {
    removeAbandoned()
    let work = root.appending(path: Self.workPrefix + UUID().uuidString, directoryHint: .isDirectory)
    do throws(FileError) { try Directories.make(work) } catch { throw .file(error) }
    defer { try? FileManager.default.removeItem(at: work) }
    let files = try await source.unpack(into: work)
    try Self.verify(files, source.sums, source: source.title)
    try keep(Array(source.sums.keys), from: files, as: directory)
  }

  private static let workPrefix = ".fetch-"

  /// What processes that were killed while they fetched have left: nobody fetches for a day.
  private func removeAbandoned() {
    let path = root.path(percentEncoded: false)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where name.hasPrefix(Self.workPrefix)
    {
      let folder = root.appending(path: name)
      let facts = try? FileManager.default.attributesOfItem(atPath: folder.path(percentEncoded: false))
      guard let date = facts?[.modificationDate] as? Date, date.timeIntervalSinceNow < -86_400 else { continue }
      try? FileManager.default.removeItem(at: folder)
    }
  }

  /// Copies checked files into the cache; they appear together or not at all.
  private func keep(_ names: [String], from source: URL, as directory: URL) throws(InputError) {
    do {
      let parent = directory.standardizedFileURL.deletingLastPathComponent()
      try Directories.make(parent)
      guard let marker = names.sorted().first else { return }
      let folder = try AtomicDirectory(replacing: directory, marker: marker)
      for name in names {
        let original = try MappedFile(url: source.appending(path: name))
        try AtomicFile.write(to: folder.url.appending(path: name)) { copy in
          try original.withBytes { bytes in try copy.write(bytes) }
        }
      }
      try folder.commit()
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .malformed(source: directory.path(percentEncoded: false), reason: "cannot be written: \(error)")
    }
  }
}
