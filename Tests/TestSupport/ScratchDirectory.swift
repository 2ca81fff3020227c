public import Foundation

/// A new directory for one test, removed with this object.
public final class ScratchDirectory: Sendable {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "espalier-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  public var path: String { url.path(percentEncoded: false) }

  /// The names of what lies in it, hidden files too.
  public func entries(_ folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).sorted()
  }

  @discardableResult
  public func write(_ bytes: [UInt8], _ name: String) throws -> URL {
    let file = url.appending(path: name)
    try Data(bytes).write(to: file)
    return file
  }

  @discardableResult
  public func write(_ text: String, _ name: String) throws -> URL { try write(Array(text.utf8), name) }

  /// The words of the error that `body` throws, with "DIR" for this directory; nil if it throws none.
  public func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return "\(error)".replacing(path, with: "DIR")
    }
  }
}
