public import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Directories, with errors that name path and reason.
public enum Directories {
  /// Makes a directory and those above it, as far as they are not there.
  ///
  /// - Throws: ``FileError`` with the path of the first that cannot be made.
  public static func make(_ url: URL) throws(FileError) {
    var path = url.standardizedFileURL.path(percentEncoded: false)
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if isDirectory(path) { return }
    let parent = URL(filePath: path).deletingLastPathComponent()
    if parent.path(percentEncoded: false).count < path.count {
      do throws(FileError) { try make(parent) } catch {
        // What lies in the way of a directory above is no directory.
        guard case .system(let path, let operation, EEXIST) = error else { throw error }
        throw .system(path: path, operation: operation, code: ENOTDIR)
      }
    }
    guard unsafe mkdir(path, 0o777) != 0 else { return }
    let error = FileError.last("make the directory", path)
    // Another process may have been first.
    if !isDirectory(path) { throw error }
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
