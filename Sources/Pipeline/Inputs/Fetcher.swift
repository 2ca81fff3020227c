import Compute
package import FoundationEssentials

/// Finds models and data sets, or fetches them: a local path, our cache, the Hub, a package of the Python index.
package struct Fetcher: Sendable {
  package let catalogue: Catalogue
  private let environment: [String: String]
  private let message: @Sendable (String) -> Void
  private let cache: InputCache

  /// - Parameter message: called with a line for people before anything is fetched.
  package init(
    catalogue: Catalogue, environment: [String: String], message: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.catalogue = catalogue
    self.environment = environment
    self.message = message
    cache = InputCache(environment: environment)
  }

  /// A model directory in Hugging Face's form.
  ///
  /// - Parameter nameOrPath: a directory, a name of the catalogue, or `owner/name[@revision]` on the Hub.
  package func model(_ nameOrPath: String) async throws(InputError) -> FetchedInput {
    if let entry = catalogue.models[nameOrPath] {
      return try await model(nameOrPath, entry)
    }
    if Self.isDirectory(nameOrPath) {
      return try local(nameOrPath, URL(filePath: nameOrPath, directoryHint: .isDirectory), licence: nil)
    }
    if let hub = HubSnapshot.source(nameOrPath) {
      let directory = try await snapshot(hub).fetch()
      return try input(nameOrPath, directory, nil, "the Hub, \(hub.repository)@\(hub.revision)", licence: nil)
    }
    throw .unknownModel(name: nameOrPath, known: catalogue.models.keys.sorted())
  }

  private func model(_ name: String, _ entry: Catalogue.Model) async throws(InputError) -> FetchedInput {
    let kept = cache.directory("models", name)
    var tried: [String] = []
    if let package = entry.package {
      do throws(InputError) {
        try InputCache.verify(kept, package.sums, source: "the cache")
        return try input(name, kept, package.sums, "the cache", licence: entry.licence)
      } catch {
        if case .sum = error { tried.append("the cache: \(error)") }
      }
    }
    if let hub = entry.hub {
      do throws(InputError) {
        message("\(name) (\(entry.licence)): looking on the Hub for \(hub.repository)")
        let directory = try await snapshot(hub).fetch()
        return try input(
          name, directory, nil, "the Hub, \(hub.repository)@\(hub.revision)", licence: entry.licence)
      } catch {
        tried.append("the Hub: \(error)")
      }
    }
    if let package = entry.package {
      let source = PythonPackage(package, environment: environment)
      do throws(InputError) {
        message("\(name) (\(entry.licence)): fetching the \(source.title)")
        try await source.fetch(in: cache.root) { (files) throws(InputError) in
          try cache.keep(Array(package.sums.keys), from: files, as: kept)
        }
        return try input(name, kept, package.sums, source.title, licence: entry.licence)
      } catch {
        tried.append("\(source.title): \(error)")
      }
    }
    throw .noSource(what: name, tried: tried)
  }

  /// The files of a data set.
  ///
  /// - Parameter localPath: the user's own directory, which goes before all sources.
  package func dataset(_ name: String, localPath: URL? = nil) async throws(InputError) -> FetchedInput {
    guard let entry = catalogue.datasets[name] else {
      throw .unknownDataset(name: name, known: catalogue.datasets.keys.sorted())
    }
    let given =
      localPath ?? entry.variable.flatMap { environment[$0] }.map { URL(filePath: $0, directoryHint: .isDirectory) }
    if let given {
      for file in entry.files
      where !FileManager.default.fileExists(atPath: given.appending(path: file).path(percentEncoded: false)) {
        throw .missingFile(directory: given.path(percentEncoded: false), name: file)
      }
      var sums: [String: String] = [:]
      for file in entry.files { sums[file] = try sum(given.appending(path: file)) }
      return try input(name, given, sums, "a local directory", licence: entry.licence)
    }
    let kept = cache.directory("datasets", name)
    guard let sums = entry.package?.sums ?? entry.archive?.sums else { throw .noSource(what: name, tried: []) }
    var tried: [String] = []
    do throws(InputError) {
      try InputCache.verify(kept, sums, source: "the cache")
      return try input(name, kept, sums, "the cache", licence: entry.licence)
    } catch {
      if case .sum = error { tried.append("the cache: \(error)") }
    }
    if let package = entry.package {
      let source = PythonPackage(package, environment: environment)
      do throws(InputError) {
        message("\(name) (\(entry.licence)): fetching the \(source.title)")
        try await source.fetch(in: cache.root) { (files) throws(InputError) in
          try cache.keep(Array(sums.keys), from: files, as: kept)
        }
        return try input(name, kept, sums, source.title, licence: entry.licence)
      } catch {
        tried.append("\(source.title): \(error)")
      }
    }
    if let archive = entry.archive {
      let source = ZipArchive(archive, environment: environment)
      do throws(InputError) {
        message("\(name) (\(entry.licence)): fetching \(archive.url)")
        try await source.fetch(in: cache.root) { (files) throws(InputError) in
          try cache.keep(Array(sums.keys), from: files, as: kept)
        }
        return try input(name, kept, sums, archive.url, licence: entry.licence)
      } catch {
        tried.append("\(error)")
      }
    }
    if let variable = entry.variable { tried.append("a local directory: give it by --data or \(variable)") }
    throw .noSource(what: name, tried: tried)
  }

  private func snapshot(_ source: Catalogue.HubSource) -> HubSnapshot {
    HubSnapshot(source, environment: environment)
  }

  private func local(_ name: String, _ directory: URL, licence: String?) throws(InputError) -> FetchedInput {
    try input(name, directory, nil, "a local directory", licence: licence)
  }

  private func input(
    _ name: String, _ directory: URL, _ sums: [String: String]?, _ source: String, licence: String?
  ) throws(InputError) -> FetchedInput {
    var files = sums ?? [:]
    if sums == nil {
      do {
        files = try Fingerprint.directory(directory)
      } catch {
        throw .malformed(source: directory.path(percentEncoded: false), reason: "\(error)")
      }
    }
    return FetchedInput(name: name, directory: directory, files: files, source: source, licence: licence)
  }

  private func sum(_ file: URL) throws(InputError) -> String {
    do throws(FileError) { return try Fingerprint.file(file) } catch { throw .file(error) }
  }

  private static func isDirectory(_ path: String) -> Bool {
    var isDirectory = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
  }
}
