public import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that appears whole or not at all.
///
/// Bytes go to a temporary name in the same directory; ``commit()`` flushes them to the disk, renames the file and
/// flushes the directory. A value that is dropped without `commit` removes the temporary file, and an older file of the
/// final name stays as it was. Only a killed process or a power cut leaves a temporary file, `.espalier-*.tmp`.
///
/// ```swift
/// try AtomicFile.write(to: url) { file in
///   for block in blocks { try file.write(block) }
/// }
/// ```
public struct AtomicFile: ~Copyable {
  /// Small writes are gathered up to this many bytes: one system call instead of many.
  static let bufferBytes = 1 << 16
  /// One `write` is at most 1 GiB: Darwin refuses 2 GiB, Linux cuts them.
  static let largestWrite = 1 << 30

  private let path: String
  private let temporaryPath: String
  private let directoryPath: String
  private var descriptor: Int32
  private var isCommitted = false
  private var pending: [UInt8] = []

  /// Starts a file that will take the place of `url`.
  ///
  /// - Throws: ``FileError`` if the directory is missing, read-only or full.
  public init(replacing url: URL) throws(FileError) {
    let path = url.path(percentEncoded: false)
    let directory = url.deletingLastPathComponent()
    let temporaryPath = directory.appending(path: TemporaryName.next()).path(percentEncoded: false)
    let descriptor = unsafe open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .last("write", path) }
    self.path = path
    self.temporaryPath = temporaryPath
    self.descriptor = descriptor
    directoryPath = directory.path(percentEncoded: false)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isCommitted { _ = unsafe unlink(temporaryPath) }
  }

  /// Appends bytes.
  public mutating func write(_ bytes: RawSpan) throws(FileError) {
    if pending.count + bytes.byteCount > Self.bufferBytes { try flush() }
    if bytes.byteCount > Self.bufferBytes { return try writeThrough(bytes) }
    // The span holds for the call, and append copies it.
    unsafe bytes.withUnsafeBytes { source in unsafe pending.append(contentsOf: source) }
  }

  /// Appends bytes.
  public mutating func write(_ bytes: [UInt8]) throws(FileError) {
    // A byte has no padding.
    try write(unsafe bytes.span.bytes)
  }

  /// Appends bytes.
  public mutating func write(_ data: Data) throws(FileError) {
    // A byte has no padding.
    try write(unsafe data.span.bytes)
  }

  /// Appends the UTF-8 of a text.
  public mutating func write(_ text: String) throws(FileError) { try write(Array(text.utf8)) }

  /// Flushes to the disk and gives the file its name.
  ///
  /// - Throws: ``FileError`` if any step fails; the temporary file is removed and an older file stays.
  public consuming func commit() throws(FileError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw .last("flush", path) }
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw .last("close", path) }
    guard unsafe rename(temporaryPath, path) == 0 else { throw .last("write", path) }
    isCommitted = true
    try DirectoryEntry.flush(directoryPath)
  }

  private mutating func flush() throws(FileError) {
    let bytes = pending
    pending = []
    // A byte has no padding.
    try writeThrough(unsafe bytes.span.bytes)
    pending = bytes
    pending.removeAll(keepingCapacity: true)
  }

  private func writeThrough(_ bytes: RawSpan) throws(FileError) {
    var done = 0
    while done < bytes.byteCount {
      let part = bytes.extracting(done..<min(done + Self.largestWrite, bytes.byteCount))
      #if canImport(Darwin)
        let written = unsafe part.withUnsafeBytes { unsafe Darwin.write(descriptor, $0.baseAddress, $0.count) }
      #elseif canImport(Musl)
        let written = unsafe part.withUnsafeBytes { unsafe Musl.write(descriptor, $0.baseAddress, $0.count) }
      #else
        let written = unsafe part.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      #endif
      if written < 0 && errno == EINTR { continue }
      guard written >= 0 else { throw .last("write", path) }
      done += written
    }
  }
}

extension AtomicFile {
  /// Writes a whole file: all of it or, on any error, nothing.
  public static func write(_ data: Data, to url: URL) throws(FileError) {
    var file = try AtomicFile(replacing: url)
    try file.write(data)
    try file.commit()
  }

  /// Writes a whole file: all of it or, on any error, nothing.
  public static func write(_ bytes: [UInt8], to url: URL) throws(FileError) {
    var file = try AtomicFile(replacing: url)
    try file.write(bytes)
    try file.commit()
  }

  /// Writes a text as UTF-8: all of it or, on any error, nothing.
  public static func write(_ text: String, to url: URL) throws(FileError) {
    try write(Array(text.utf8), to: url)
  }

  /// Writes a file in pieces; an error of `body` leaves nothing behind.
  ///
  /// - Throws: what `body` throws, or ``FileError``.
  public static func write(to url: URL, _ body: (inout AtomicFile) throws -> Void) throws {
    var file = try AtomicFile(replacing: url)
    try body(&file)
    try file.commit()
  }
}

/// Names for files that are not finished.
package enum TemporaryName {
  /// Whether a process that is gone may have left a file of this name.
  package static func isOne(_ name: String) -> Bool { name.hasPrefix(".espalier-") && name.hasSuffix(".tmp") }

  /// Hidden, recognisable, and new with each call and process.
  static func next() -> String {
    ".espalier-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 16)).tmp"
  }
}

/// The list of names in a directory, which has to reach the disk as well as the files.
enum DirectoryEntry {
  static func flush(_ path: String) throws(FileError) {
    let descriptor = unsafe open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
    defer { close(descriptor) }
    // Some file systems know no flush of a directory and say EINVAL: then there is nothing to wait for.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else { throw .last("flush", path) }
  }
}
