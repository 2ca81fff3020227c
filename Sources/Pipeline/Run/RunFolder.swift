import Compute
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
package struct RunFolder: Sendable {
  package let url: URL

  package init(_ url: URL) throws(PipelineError) {
    self.url = url
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw .runFolder(path: url.path(percentEncoded: false), reason: "cannot be made: \(error)")
    }
  }

  package func models(_ variant: String) -> URL {
    url.appending(path: "models/\(variant)", directoryHint: .isDirectory)
  }
  package func work(_ name: String) -> URL { url.appending(path: "work/\(name)", directoryHint: .isDirectory) }
  package func split(_ name: String) -> URL { url.appending(path: "split/\(name).jsonl") }
  package func record(_ stage: String) -> URL { url.appending(path: "stages/\(stage).json") }
  package var report: URL { url.appending(path: "report", directoryHint: .isDirectory) }

  /// Makes the directory that will hold `file`.
  package func makeParent(of file: URL) throws {
    try FileManager.default.createDirectory(
      at: file.standardizedFileURL.deletingLastPathComponent(), withIntermediateDirectories: true)
  }

  /// Holds the folder for this process until it ends.
  ///
  /// - Throws: ``PipelineError/runFolder(path:reason:)`` if another process runs in it.
  package func lock() throws(PipelineError) {
    let path = url.appending(path: ".lock").path(percentEncoded: false)
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .runFolder(path: url.path(percentEncoded: false), reason: "cannot be written: error \(errno)")
    }
    // The descriptor stays open on purpose: the lock goes with the process, however it ends.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw .runFolder(path: url.path(percentEncoded: false), reason: "another run is at work in it")
    }
  }
}
