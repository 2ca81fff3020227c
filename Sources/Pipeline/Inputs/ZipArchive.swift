import FoundationEssentials

/// Takes files out of a zip file at an address.
struct ZipArchive: Sendable {
  let source: Catalogue.ArchiveSource
  private let python: String

  init(_ source: Catalogue.ArchiveSource, environment: [String: String]) {
    self.source = source
    python = environment["ESPALIER_PYTHON"] ?? "python3"
  }

  func fetch(in scratch: URL, _ keep: (URL) throws(InputError) -> Void) async throws(InputError) {
    guard let address = URL(string: source.url) else { throw .malformed(source: source.url, reason: "not an address") }
    let work = scratch.appending(path: ".fetch-\(UUID().uuidString)", directoryHint: .isDirectory)
    do {
      try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    } catch {
      throw .malformed(source: scratch.path(percentEncoded: false), reason: "cannot be written: \(error)")
    }
    defer { try? FileManager.default.removeItem(at: work) }
    let archive = work.appending(path: "archive.zip")
    try await HTTPClient(token: nil).download(address, to: archive)
    try await ExternalProgram.run(
      python, ["-m", "zipfile", "-e", archive.path(percentEncoded: false), work.path(percentEncoded: false)])
    let files = work.appending(path: source.folder, directoryHint: .isDirectory)
    try InputCache.verify(files, source.sums, source: source.url)
    try keep(files)
  }
}
