#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The bytes of a file that is UTF-8, checked, without a byte order mark.
struct TextFile {
  let path: String
  let bytes: [UInt8]
  /// Bytes of the mark that was taken off the front.
  let skipped: Int

  /// - Throws: ``TextError/unreadable(path:reason:)`` or ``TextError/invalidUTF8(path:line:byteOffset:)``.
  init(_ url: URL) throws(TextError) {
    let path = url.path(percentEncoded: false)
    var content: [UInt8]
    do {
      content = Array(try Data(contentsOf: url))
    } catch {
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
        throw .unreadable(path: path, reason: "there is no such file")
      }
      let isDirectory = attributes[.type] as? FileAttributeType == .typeDirectory
      throw .unreadable(path: path, reason: isDirectory ? "it is a directory" : "\(error)")
    }
    if let offset = firstInvalidUTF8(content.span) {
      let line = content[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
      throw .invalidUTF8(path: path, line: line, byteOffset: offset)
    }
    skipped = content.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    content.removeFirst(skipped)
    self.path = path
    bytes = content
  }

  struct Line {
    /// From 1.
    let number: Int
    let bytes: ArraySlice<UInt8>

    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// The lines without their ends, LF or CR LF. Only those end a line: U+2028 and the like belong to the text.
  var lines: [Line] {
    var lines: [Line] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
      lines.append(Line(number: lines.count + 1, bytes: bytes[start..<(hasReturn ? end - 1 : end)]))
      start = end + 1
    }
    return lines
  }
}
