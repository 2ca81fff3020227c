/// What all contestants are measured with before the next begins: sentences of a shape, or of a file.
package struct Cell: Codable, Equatable, Sendable {
  /// As the workload is called, "8x128" or "ragged 872".
  package var workload: String
  package var kind: Workload.Kind
  package var sentences: Int
  /// Of the baseline's model, where tokenizers differ.
  package var tokens: Int

  package init(_ workload: Workload) {
    self.workload = workload.name
    kind = workload.kind
    sentences = workload.sentences.count
    tokens = workload.tokenCount
  }

  /// Whether the time of a single call is what counts, as for MLPerf's single stream; else how many sentences a second.
  package var isSingleStream: Bool { kind == .batch && sentences == 1 }
}

/// A batch of sentences of one length.
package struct BatchShape: Equatable, Sendable {
  package var batch: Int
  package var tokens: Int

  /// - Parameter text: such as "8x128".
  package init(_ text: some StringProtocol) throws(BenchmarkError) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let batch = parts[0], let tokens = parts[1], (1...4096).contains(batch),
      (2...4096).contains(tokens)
    else { throw .shape(found: String(text)) }
    self.batch = batch
    self.tokens = tokens
  }

  /// - Parameter text: shapes with commas between them; "none" for none.
  package static func list(_ text: String) throws(BenchmarkError) -> [BatchShape] {
    if text == "none" { return [] }
    var shapes: [BatchShape] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let shape = try BatchShape(part)
      if !shapes.contains(shape) { shapes.append(shape) }
    }
    return shapes
  }
}
