import JSON

extension TextFile {
  /// The whole file as one JSON value.
  func json() throws(TextError) -> JSONValue {
    try json(of: bytes[...])
  }

  /// A part of the file, or one line of it, as a JSON value, with errors that tell the place in the file.
  func json(of part: ArraySlice<UInt8>, line: Int? = nil) throws(TextError) -> JSONValue {
    do {
      return try JSONValue(parsing: part, duplicateNames: .kept)
    } catch {
      let offset = part.startIndex + error.offset
      let line = line ?? bytes[..<min(offset, bytes.count)].count { $0 == UInt8(ascii: "\n") } + 1
      throw .malformedJSON(path: path, line: line, byteOffset: offset + skipped, reason: error.reason)
    }
  }
}
