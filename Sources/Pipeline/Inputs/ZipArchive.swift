import FoundationEssentials

/// Takes files out of a zip file at an address.
struct ZipArchive: ArchivedFiles {
  private let source: Catalogue.ArchiveSource
  private let python: Python

  init(_ source: Catalogue.ArchiveSource, environment: [String: String]) {
    self.source = source
    python = Python(environment: environment)
  }

  var title: String { source.url }
  var sums: [String: String] { source.sums }

  func unpack(into work: URL) async throws(InputError) -> URL {
    guard let address = URL(string: source.url) else { throw .malformed(source: source.url, reason: "not an address") }
    let archive = work.appending(path: "archive.zip")
    try await HTTPClient(token: nil).download(address, to: archive)
    try await python.unpack(archive, into: work)
    return work.appending(path: source.folder, directoryHint: .isDirectory)
  }
}
