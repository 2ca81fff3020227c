public import FoundationEssentials

/// Files of labelled sentences in the columns that are usual, with classes by their numbers.
public enum LabelledText {
  /// Reads a data set; see ``ExampleFile``.
  ///
  /// - Parameter classCount: labels are 0 ..< classCount.
  /// - Throws: ``TextError`` that names file, line and what was expected.
  public static func read(_ url: URL, classCount: Int) throws(TextError) -> [LabelledSentence] {
    try ExampleFile.read(
      url.path(percentEncoded: false), ExampleFormat(labels: (0..<classCount).map(String.init)))
  }
}
