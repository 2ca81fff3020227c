internal import CKernels
public import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A directory that appears whole or not at all.
///
/// Fill ``url``, a temporary sibling, then call ``commit()``. A value that is dropped without it removes everything.
/// A killed process leaves at most a directory `.espalier-*.tmp`.
public struct AtomicDirectory: ~Copyable {
  /// The temporary directory, to be filled.
  public let url: URL

  private let final: URL
  private let marker: String
  private var isCommitted = false

  /// Starts a directory that will take the name `final`.
  ///
  /// - Parameters:
  ///   - final: may exist if it is empty, or holds plain files only, among them `marker`: then it is replaced.
  ///   - marker: the name of a file that shows that an existing directory is one of ours.
  /// - Throws: ``FileError/directoryInUse(path:entry:)`` if an existing directory holds anything else.
  public init(replacing final: URL, marker: String) throws(FileError) {
    try Self.checkReplaceable(final, marker: marker)
    let parent = final.standardizedFileURL.deletingLastPathComponent()
    let url = parent.appending(path: TemporaryName.next(), directoryHint: .isDirectory)
    guard unsafe mkdir(Self.plainPath(url), 0o777) == 0 else { throw .last("write", Self.plainPath(final)) }
    self.url = url
    self.final = final
    self.marker = marker
  }

  deinit {
    if !isCommitted { try? FileManager.default.removeItem(at: url) }
  }

  /// Gives the directory its name. An older one changes places with it in one step and is removed last, so that at each
  /// moment the name stands for the old content or the new one.
  public consuming func commit() throws(FileError) {
    let path = Self.plainPath(final)
    try DirectoryEntry.flush(url.path(percentEncoded: false))
    let parent = final.standardizedFileURL.deletingLastPathComponent()
    var old: URL?
    if unsafe access(path, F_OK) == 0 {
      try Self.checkReplaceable(final, marker: marker)
      old = try replace(path, in: parent)
    } else if unsafe rename(Self.plainPath(url), path) != 0 {
      throw .last("write", path)
    }
    isCommitted = true
    try DirectoryEntry.flush(parent.path(percentEncoded: false))
    if let old { try? FileManager.default.removeItem(at: old) }
  }

  /// - Returns: where the older directory is now.
  private borrowing func replace(_ path: String, in parent: URL) throws(FileError) -> URL {
    if unsafe ck_exchange(Self.plainPath(url), path) == 0 { return url }
    // Not every file system can do that. Then the older one is moved aside first, and for a moment there is none.
    let aside = parent.appending(path: TemporaryName.next(), directoryHint: .isDirectory)
    guard unsafe rename(path, Self.plainPath(aside)) == 0 else { throw .last("replace", path) }
    guard unsafe rename(Self.plainPath(url), path) == 0 else {
      let error = FileError.last("write", path)
      _ = unsafe rename(Self.plainPath(aside), path)
      throw error
    }
    return aside
  }

  private static func plainPath(_ url: URL) -> String {
    let path = url.path(percentEncoded: false)
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  private static func checkReplaceable(_ url: URL, marker: String) throws(FileError) {
    let path = plainPath(url)
    guard unsafe access(path, F_OK) == 0 else { return }
    guard let entries = try? FileManager.default.contentsOfDirectory(atPath: path).sorted() else {
      throw .system(path: path, operation: "write a directory of this name", code: EEXIST)
    }
    guard let first = entries.first else { return }
    guard entries.contains(marker) else { throw .directoryInUse(path: path, entry: first) }
    for entry in entries {
      var status = stat()
      let found = unsafe lstat("\(path)/\(entry)", &status) == 0
      guard found, status.st_mode & S_IFMT == S_IFREG else { throw .directoryInUse(path: path, entry: entry) }
    }
  }
}
