public import FoundationEssentials

/// The movie-review snippets of the VADER study.
public enum MovieSnippets {
  /// Reads them: id, mean rating from -4 to 4, text, separated by tabs.
  ///
  /// The label is the sign of the rating. Ratings within 0.2 of zero say neither and are left out; of a text that comes
  /// more than once the first is kept, and none if their signs differ.
  ///
  /// - SeeAlso: Hutto, Gilbert, "VADER", ICWSM 2014; the sentences are those of Pang and Lee, 2005, that SST has too.
  public static func read(_ url: URL) throws(TextError) -> [LabelledSentence] {
    let file = try TextFile(url)
    var sentences: [LabelledSentence] = []
    var positions: [String: Int] = [:]
    var contradicted: Set<Int> = []
    for line in file.lines where !line.bytes.isEmpty {
      let cells = line.bytes.split(separator: UInt8(ascii: "\t"), maxSplits: 2, omittingEmptySubsequences: false)
      guard cells.count == 3, let rating = Double(String(decoding: cells[1], as: UTF8.self)),
        (-4...4).contains(rating)
      else {
        throw .malformedRow(
          path: file.path, line: line.number, expected: "id, rating from -4 to 4 and text, separated by tabs",
          found: String(line.text.prefix(60)))
      }
      guard abs(rating) > 0.2 else { continue }
      let text = String(decoding: cells[2], as: UTF8.self)
      let label = rating > 0 ? 1 : 0
      if let position = positions[text] {
        if sentences[position].target != .label(label) { contradicted.insert(position) }
        continue
      }
      positions[text] = sentences.count
      sentences.append(LabelledSentence(text: text, label: label))
    }
    let kept = sentences.enumerated().filter { !contradicted.contains($0.offset) }.map(\.element)
    if kept.isEmpty { throw .emptyDataSet(path: file.path) }
    return kept
  }
}
