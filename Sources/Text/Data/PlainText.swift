public import FoundationEssentials

/// A sentence, or a pair of them, without a label.
public struct PlainText: Equatable, Sendable {
  public var text: String
  /// The second text of a pair.
  public var pair: String?

  public init(_ text: String, pair: String? = nil) {
    self.text = text
    self.pair = pair
  }

  /// Reads the sentences of a file: of tables and objects as ``ExampleFile`` does, of any other file one a line, empty lines
  /// left out.
  ///
  /// - Throws: ``TextError`` that names file, line and what was expected.
  public static func read(
    _ url: URL, _ format: ExampleFormat = ExampleFormat()
  ) throws(TextError) -> [PlainText] {
    let path = url.path(percentEncoded: false)
    let name = path.hasSuffix(".gz") ? path.dropLast(3) : path[...]
    if format.container != nil || ExampleFile.formats.contains(where: name.hasSuffix) {
      return try ExampleFile.read(path, format.unlabelled).map { PlainText($0.text, pair: $0.pair) }
    }
    let file = try TextFile(url)
    let sentences = file.lines.filter { !$0.bytes.isEmpty }.map { PlainText($0.text) }
    if sentences.isEmpty { throw .emptyDataSet(path: file.path) }
    return sentences
  }
}
