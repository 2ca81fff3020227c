/// Sentences of a batch, end to end: no padding.
public struct RaggedBatch: Equatable, Sendable {
  /// Of each token, all of one length.
  public var ids: [Int32]
  public var typeIDs: [Int32]
  /// From 0 in each sentence.
  public var positions: [Int32]
  /// Where each sentence begins, then the number of tokens.
  public var offsets: [Int]
  /// Of each sentence.
  public var targets: Targets
  /// Where each sentence stands in the data set.
  public var rows: [Int]

  public init(
    ids: [Int32], typeIDs: [Int32], positions: [Int32], offsets: [Int], targets: Targets, rows: [Int]
  ) {
    self.ids = ids
    self.typeIDs = typeIDs
    self.positions = positions
    self.offsets = offsets
    self.targets = targets
    self.rows = rows
  }

  /// Rows put end to end.
  ///
  /// - Parameter targets: of each; none where nothing is to be said of them.
  public init(_ encodings: [Encoding], targets: Targets = .labels([]), rows: [Int]) {
    self.init(ids: [], typeIDs: [], positions: [], offsets: [0], targets: targets, rows: rows)
    for encoding in encodings {
      ids += encoding.ids
      typeIDs += encoding.typeIDs
      positions += 0..<Int32(encoding.ids.count)
      offsets.append(ids.count)
    }
  }

  public init(
    ids: [Int32], typeIDs: [Int32], positions: [Int32], offsets: [Int], labels: [Int32], rows: [Int]
  ) {
    self.init(
      ids: ids, typeIDs: typeIDs, positions: positions, offsets: offsets, targets: .labels(labels), rows: rows)
  }

  /// The classes of a task of one class a row; none of other tasks.
  public var labels: [Int32] {
    guard case .labels(let labels) = targets else { return [] }
    return labels
  }
}
