import Foundation

/// Results on the standard output.
enum Output {
  /// One JSON object, its keys sorted. `pretty` for people, one line for pipes.
  static func json(_ value: some Encodable, pretty: Bool = true) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    try line(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  static func line(_ text: String) throws {
    try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
  }
}
