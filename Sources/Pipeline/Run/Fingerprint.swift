package import Compute
import Crypto
package import FoundationEssentials

/// SHA-256 sums, by which a run knows whether anything changed.
package enum Fingerprint {
  /// Of a file, in lower-case hexadecimal. The file is mapped, not loaded.
  package static func file(_ url: URL) throws(FileError) -> String {
    let file = try MappedFile(url: url)
    return file.withBytes { bytes in
      var hash = SHA256()
      bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
      return hexadecimal(hash.finalize())
    }
  }

  package static func text(_ text: String) -> String { hexadecimal(SHA256.hash(data: Data(text.utf8))) }

  /// Of the JSON of a value, its keys sorted: equal values have equal sums.
  package static func value(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return hexadecimal(SHA256.hash(data: try encoder.encode(value)))
  }

  /// Of all plain files of a directory, by name.
  package static func directory(_ url: URL) throws -> [String: String] {
    var sums: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: url.path(percentEncoded: false)) {
      let file = url.appending(path: name)
      var isDirectory = false
      guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false), isDirectory: &isDirectory),
        !isDirectory
      else { continue }
      sums[name] = try self.file(file)
    }
    return sums
  }

  private static func hexadecimal(_ digest: SHA256.Digest) -> String {
    digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
