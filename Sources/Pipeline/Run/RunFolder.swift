package import Compute
package import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The directory of a run.
///
/// - `models/NAME/`: a Hugging Face directory for each variant
/// - `split/`, `work/`: what stages hand on
/// - `stages/NAME.json`: a record for each finished stage
/// - `report/`: the report
/// - `seeds/N/`: the same but for splits and report, for each further seed
package struct RunFolder: Sendable {
  package let url: URL

  package init(_ url: URL) throws(FileError) {
    self.url = url
    try Directories.make(url)
  }

  package func models(_ variant: String) -> URL {
    url.appending(path: "models/\(variant)", directoryHint: .isDirectory)
  }
  package func work(_ name: String) -> URL { url.appending(path: "work/\(name)", directoryHint: .isDirectory) }
  package func split(_ name: String) -> URL { url.appending(path: "split/\(name).jsonl") }
  package func record(_ stage: String) -> URL { url.appending(path: "stages/\(stage).json") }
  package func seed(_ seed: UInt64) throws(FileError) -> RunFolder {
    try RunFolder(url.appending(path: "seeds/\(seed)", directoryHint: .isDirectory))
  }
  package var report: URL { url.appending(path: "report", directoryHint: .isDirectory) }

  /// Makes the directory that will hold `file`.
  package func makeParent(of file: URL) throws(FileError) {
    try Directories.make(file.standardizedFileURL.deletingLastPathComponent())
  }

  /// Holds the folder for this process until it ends, and removes what earlier ones left when they were killed.
  ///
  /// - Throws: ``PipelineError/runFolder(path:reason:)`` if another process runs in it, or `FileError`.
  package func lock() throws {
    let path = url.appending(path: ".lock").path(percentEncoded: false)
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError.system(path: path, operation: "write", code: errno) }
    // The descriptor stays open on purpose: the lock goes with the process, however it ends.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw PipelineError.runFolder(path: url.path(percentEncoded: false), reason: "another run is at work in it")
    }
    removeUnfinished()
    let seeds = url.appending(path: "seeds", directoryHint: .isDirectory)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: seeds.path(percentEncoded: false))) ?? [] {
      try RunFolder(seeds.appending(path: name, directoryHint: .isDirectory)).removeUnfinished()
    }
  }

  private func removeUnfinished() {
    removeUnfinished(url, depth: 0)
    for name in ["models", "predictions", "split", "stages", "work"] {
      removeUnfinished(url.appending(path: name, directoryHint: .isDirectory), depth: 2)
    }
  }

  /// Files and directories under a temporary name: as large as a model each, and of use to nobody.
  private func removeUnfinished(_ directory: URL, depth: Int) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory.path(percentEncoded: false))) ?? [] {
      let entry = directory.appending(path: name, directoryHint: .isDirectory)
      if TemporaryName.isOne(name) {
        try? FileManager.default.removeItem(at: directory.appending(path: name))
      } else if depth > 0 {
        removeUnfinished(entry, depth: depth - 1)
      }
    }
  }
}
