import Compute
import Foundation

/// Results on the standard output.
enum Output {
  /// One JSON object over several lines, its keys sorted.
  static func json(_ value: some Encodable) throws {
    try line(String(decoding: try encoder(pretty: true).encode(value), as: UTF8.self))
  }

  /// The same on one line, for files.
  static func compactJSON(_ value: some Encodable) throws -> String {
    String(decoding: try encoder(pretty: false).encode(value), as: UTF8.self) + "\n"
  }

  /// One JSON object a line, written at once.
  static func jsonLines(_ values: [some Encodable]) throws {
    let encoder = encoder(pretty: false)
    var text = ""
    for value in values { text += String(decoding: try encoder.encode(value), as: UTF8.self) + "\n" }
    try write(text)
  }

  static func line(_ text: String) throws { try write(text + "\n") }

  /// - Throws: `FileError` where the output is full or closed: results must not get lost in silence.
  static func write(_ text: String) throws(FileError) { try write(Array(text.utf8)) }

  /// - Throws: `FileError` where the output is full or closed.
  static func write(_ bytes: [UInt8]) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count >= 0 {
        done += count
      } else if errno == EPIPE {
        endByPipe()
      } else if errno != EINTR {
        throw .system(path: "standard output", operation: "write", code: errno)
      }
    }
  }

  private static func encoder(pretty: Bool) -> JSONEncoder {
    let encoder = JSONEncoder()
    // As in results.json. Keys that are data, such as the names of classes, stay as they are.
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return encoder
  }

  /// The reader has seen enough, such as `head`: ends as any program of a pipe does.
  private static func endByPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    // Reached only where the signal is blocked.
    exit(70)
  }
}
