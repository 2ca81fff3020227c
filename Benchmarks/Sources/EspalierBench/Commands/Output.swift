import Foundation

/// Writes a value as a line of JSON, at once.
enum Output {
  static func line(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(value)
    data.append(0x0A)
    try FileHandle.standardOutput.write(contentsOf: data)
  }

  /// A remark that is no figure, to the standard error.
  static func remark(_ text: String) throws {
    try FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }
}
