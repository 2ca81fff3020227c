public import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file mapped read-only into memory, for as long as any tensor needs it.
///
/// Pages are read when they are first touched and shared between processes. The file must not be truncated while it is
/// mapped; replacing it by renaming (as ``AtomicFile`` does) is safe, for the mapping keeps the old file.
@safe public final class MappedFile: @unchecked Sendable {
  // @unchecked: the mapping is read-only and its address never changes until deinit.

  public let url: URL

  /// The mapping, empty for an empty file. Valid while this object lives.
  @unsafe public let unsafeBytes: UnsafeRawBufferPointer

  /// Maps the file at `url`.
  ///
  /// - Throws: ``FileError`` if it cannot be opened or mapped, or is not a regular file.
  public init(url: URL) throws(FileError) {
    let path = url.path(percentEncoded: false)
    // O_NONBLOCK: opening a named pipe must not wait for a writer.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .last("open", path) }
    defer { close(descriptor) }
    var status = stat()
    // fstat fills the struct that it is given.
    guard unsafe fstat(descriptor, &status) == 0 else { throw .last("read the size", path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegularFile(path: path) }

    self.url = url
    let count = Int(status.st_size)
    guard count > 0 else {
      // Nothing to point to: mmap refuses empty files.
      unsafe unsafeBytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    // The system chooses the address, so no other mapping is touched.
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .last("map", path) }
    // The mapping is `count` bytes long and outlives the descriptor; deinit alone ends it.
    unsafe unsafeBytes = UnsafeRawBufferPointer(start: address, count: count)
  }

  deinit {
    if let address = unsafe unsafeBytes.baseAddress {
      // The address came from mmap with this length, and nobody else unmaps it.
      unsafe munmap(UnsafeMutableRawPointer(mutating: address), unsafeBytes.count)
    }
  }

  /// The size of the file.
  public var byteCount: Int { unsafe unsafeBytes.count }

  /// Calls `body` with the whole file.
  public func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // `self` is alive during the call, and with it the mapping.
    try body(unsafe unsafeBytes.bytes)
  }
}

/// A range of a mapped file, which keeps the mapping alive: what a stored tensor is before anybody converts it.
public struct MappedBytes: Sendable {
  public let file: MappedFile
  public let range: Range<Int>

  /// - Precondition: `range` lies inside the file.
  public init(file: MappedFile, range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= file.byteCount, "\(range) is not inside \(file.byteCount) bytes")
    self.file = file
    self.range = range
  }

  public var count: Int { range.count }

  /// Calls `body` with the bytes. Their address need not be aligned.
  public func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes { (bytes) throws(Failure) in try body(bytes.extracting(range)) }
  }

  /// Tells the system that the pages inside may leave this process's memory until they are touched again.
  ///
  /// What was copied out need not stay resident twice.
  public func releasePages() {
    let page = Int(getpagesize())
    // Whole pages only: the neighbours' bytes on the others may still be in use.
    let first = (range.lowerBound + page - 1) / page * page
    let last = range.upperBound / page * page
    guard first < last, let start = unsafe file.unsafeBytes.baseAddress else { return }
    // The pages lie inside the mapping, which is read-only and backed by the file: nothing is lost.
    unsafe madvise(UnsafeMutableRawPointer(mutating: start + first), last - first, MADV_DONTNEED)
  }

  /// Calls `body` with the bytes in blocks of 1 MiB, in order, and gives the pages of each back to the system afterwards:
  /// what is read through once must not count as memory of the process.
  ///
  /// - Parameter body: gets a block and where it begins in the range.
  public func forEachBlock<Failure: Error>(
    _ body: (RawSpan, Int) throws(Failure) -> Void
  ) throws(Failure) {
    for start in stride(from: 0, to: count, by: 1 << 20) {
      let end = min(count, start + 1 << 20)
      let block = range.lowerBound + start..<range.lowerBound + end
      try file.withBytes { (bytes) throws(Failure) in try body(bytes.extracting(block), start) }
      MappedBytes(file: file, range: block).releasePages()
    }
  }

  /// The bytes, valid while this value or `file` lives.
  @unsafe public var unsafeBytes: UnsafeRawBufferPointer {
    // `init` has checked the range.
    unsafe UnsafeRawBufferPointer(rebasing: file.unsafeBytes[range])
  }
}
