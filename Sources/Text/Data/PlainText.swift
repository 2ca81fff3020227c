public import FoundationEssentials

/// Sentences without labels.
public enum PlainText {
  /// Reads the sentences of a file: of tables and objects as ``ExampleFile`` does, of any other file one a line, empty lines
  /// left out.
  ///
  /// - Throws: ``TextError`` that names file, line and what was expected.
  public static func read(
    _ url: URL, _ format: ExampleFormat = ExampleFormat()
  ) throws(TextError) -> [String] {
    let path = url.path(percentEncoded: false)
    let name = path.hasSuffix(".gz") ? path.dropLast(3) : path[...]
    if format.container != nil || ExampleFile.formats.contains(where: name.hasSuffix) {
      return try ExampleFile.read(path, format.unlabelled).map(\.text)
    }
    let file = try TextFile(url)
    let sentences = file.lines.filter { !$0.bytes.isEmpty }.map(\.text)
    if sentences.isEmpty { throw .emptyDataSet(path: file.path) }
    return sentences
  }
}
