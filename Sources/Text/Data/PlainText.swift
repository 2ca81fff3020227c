public import FoundationEssentials

/// Sentences without labels.
public enum PlainText {
  /// Reads the sentences of a file: of `.tsv` and `.jsonl` as ``LabelledText`` does, of any other one a line, empty lines
  /// left out.
  ///
  /// - Throws: ``TextError`` that names file, line and what was expected.
  public static func read(_ url: URL) throws(TextError) -> [String] {
    if LabelledText.formats.contains("." + url.pathExtension) {
      return try LabelledText.read(url, classCount: Int(Int32.max)).map(\.text)
    }
    let file = try TextFile(url)
    let sentences = file.lines.filter { !$0.bytes.isEmpty }.map(\.text)
    if sentences.isEmpty { throw .emptyDataSet(path: file.path) }
    return sentences
  }
}
