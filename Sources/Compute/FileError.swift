#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file operation that the operating system refused.
public enum FileError: Error, Equatable, Sendable {
  /// `operation` is a verb phrase such as "open", `code` the value of `errno`.
  case system(path: String, operation: String, code: Int32)
  /// The path names something else than a regular file, such as a directory.
  case notRegularFile(path: String)
  /// A directory that would have been replaced holds something that we did not make.
  case directoryInUse(path: String, entry: String)

  /// The error of the call that just failed; to be made before any other call can change `errno`.
  static func last(_ operation: String, _ path: String) -> FileError {
    .system(path: path, operation: operation, code: errno)
  }
}

extension FileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let path, let operation, let code):
      "\(path): cannot \(operation): \(Self.text(of: code))"
    case .notRegularFile(let path):
      "\(path): expected a regular file"
    case .directoryInUse(let path, let entry):
      "\(path): will not be replaced, for it holds '\(entry)', which this program did not write; remove it or name another directory"
    }
  }

  /// The system's words for an error number. The common ones stand here, so that they are the same on each system.
  static func text(of code: Int32) -> String {
    switch code {
    case ENOENT: "no such file or directory"
    case EACCES, EPERM: "permission denied"
    case EROFS: "the file system is read-only"
    case ENOSPC: "no space left on the device"
    case EDQUOT: "the disk quota is used up"
    case EEXIST, ENOTEMPTY: "it exists already"
    case ENOTDIR: "a part of the path is not a directory"
    case EISDIR: "it is a directory"
    case ENAMETOOLONG: "the name is too long"
    case EFBIG: "the file is too large"
    case EIO: "input/output error"
    case EBADF: "it is closed"
    case EMFILE, ENFILE: "too many files are open"
    case ENOMEM: "out of memory"
    default: "error \(code)"
    }
  }
}
