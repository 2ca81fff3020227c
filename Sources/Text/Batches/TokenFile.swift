#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Tokens in a file that has lost its name, so that nothing of it is left when the process ends, however it ends.
///
/// A row is its ids, of four bytes in the machine's order, then its types, of one byte each: with t tokens before it, it
/// begins at byte 5 t. It is written row by row, then mapped and read; pages that aren't in use cost no memory.
final class TokenFile: @unchecked Sendable {
  // @unchecked: after `map` nothing changes until deinit, and before it one builder alone holds the file.

  private static let bytesPerToken = 5

  private let directory: String
  private let descriptor: Int32
  private var mapping: UnsafeRawBufferPointer?

  /// - Parameter directory: where there is room.
  init(directory: String) throws(TextError) {
    self.directory = directory
    var template = Array("\(directory)/espalier-tokens-XXXXXX".utf8CString)
    descriptor = template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      let descriptor = mkstemp(start)
      if descriptor >= 0 { unlink(start) }
      return descriptor
    }
    guard descriptor >= 0 else { throw Self.failure(directory, "made", errno) }
  }

  deinit {
    // The address came from mmap with this length, and nobody else unmaps it.
    if let mapping { munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count) }
    close(descriptor)
  }

  func append(_ bytes: [UInt8]) throws(TextError) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw Self.failure(directory, "written", errno)
      }
    }
  }

  /// Ends the writing.
  ///
  /// - Parameter tokens: that were written, at least one.
  func map(tokens: Int) throws(TextError) {
    let count = tokens * Self.bytesPerToken
    let address = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw Self.failure(directory, "mapped", errno) }
    mapping = UnsafeRawBufferPointer(start: address, count: count)
  }

  /// The tokens of a row.
  func encoding(_ tokens: Range<Int>) -> Encoding {
    guard let mapping else { preconditionFailure("tokens of a file that isn't mapped") }
    let start = tokens.lowerBound * Self.bytesPerToken
    let types = start + tokens.count * MemoryLayout<Int32>.size
    return Encoding(
      ids: tokens.indices.map { place in
        mapping.loadUnaligned(
          fromByteOffset: start + (place - tokens.lowerBound) * MemoryLayout<Int32>.size, as: Int32.self)
      },
      typeIDs: mapping[types..<types + tokens.count].map { Int32($0) })
  }

  /// A row as it is written.
  static func bytes(_ encoding: Encoding) -> [UInt8] {
    encoding.ids.withUnsafeBytes { Array($0) } + encoding.typeIDs.map { UInt8(truncatingIfNeeded: $0) }
  }

  private static func failure(_ directory: String, _ what: String, _ code: Int32) -> TextError {
    .unreadable(
      path: directory, reason: "a file of tokens can't be \(what) there: \(String(cString: strerror(code)))")
  }
}
