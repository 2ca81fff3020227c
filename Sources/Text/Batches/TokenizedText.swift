/// A data set as ids.
public struct TokenizedText: Sendable {
  public let encodings: [Encoding]
  public let labels: [Int32]

  /// - Parameter maximumLength: of a sentence in tokens, specials included; longer ones are cut.
  public init(_ sentences: [LabelledSentence], tokenizer: any Tokenizer, maximumLength: Int) {
    encodings = sentences.map { tokenizer.encode($0.text, maximumLength: maximumLength) }
    labels = sentences.map { Int32($0.label) }
  }

  /// - Precondition: as many labels as sentences.
  public init(encodings: [Encoding], labels: [Int32]) {
    precondition(encodings.count == labels.count, "\(labels.count) labels of \(encodings.count) sentences")
    self.encodings = encodings
    self.labels = labels
  }

  public var count: Int { labels.count }

  /// The sentences of these rows as a batch.
  public func batch(_ rows: [Int]) -> RaggedBatch {
    var batch = RaggedBatch(ids: [], typeIDs: [], positions: [], offsets: [0], labels: [], rows: rows)
    for row in rows {
      let encoding = encodings[row]
      batch.ids += encoding.ids
      batch.typeIDs += encoding.typeIDs
      batch.positions += 0..<Int32(encoding.ids.count)
      batch.offsets.append(batch.ids.count)
      batch.labels.append(labels[row])
    }
    return batch
  }
}
