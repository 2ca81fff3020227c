/// A data set as ids.
public struct TokenizedText: Sendable {
  private let tokens: PackedTokens
  public let targets: Targets

  init(tokens: PackedTokens, targets: Targets) {
    self.tokens = tokens
    self.targets = targets
  }

  /// - Parameters:
  ///   - kind: of all targets.
  ///   - classCount: of sets of classes.
  ///   - maximumLength: of a row in tokens, specials included; longer ones are cut.
  /// - Precondition: targets are of this kind.
  public init(
    _ sentences: [LabelledSentence], tokenizer: any Tokenizer, maximumLength: Int,
    kind: TargetKind = .singleLabel, classCount: Int = 0
  ) {
    var targets = Targets(kind, classCount: classCount)
    for sentence in sentences { targets.append(sentence.target) }
    self.init(
      encodings: sentences.map { tokenizer.encode($0.text, pair: $0.pair, maximumLength: maximumLength) },
      targets: targets)
  }

  /// - Precondition: as many labels as sentences.
  public init(encodings: [Encoding], labels: [Int32]) { self.init(encodings: encodings, targets: .labels(labels)) }

  /// - Precondition: as many targets as sentences.
  public init(encodings: [Encoding], targets: Targets) {
    precondition(
      encodings.count == targets.count, "\(targets.count) targets of \(encodings.count) sentences")
    var (ids, types, offsets) = ([Int32](), [UInt8](), [0])
    for encoding in encodings {
      ids += encoding.ids
      types += encoding.typeIDs.map { UInt8(truncatingIfNeeded: $0) }
      offsets.append(ids.count)
    }
    self.init(tokens: PackedTokens(ids: ids, types: types, offsets: offsets), targets: targets)
  }

  public var count: Int { tokens.offsets.count - 1 }

  /// Of each row, in tokens.
  public var lengths: [Int] { zip(tokens.offsets, tokens.offsets.dropFirst()).map { $1 - $0 } }

  /// Every row, taken out of what it is kept in.
  public var encodings: [Encoding] { (0..<count).map { tokens[$0] } }

  /// The classes of a task of one class a row; none of other tasks.
  public var labels: [Int32] {
    guard case .labels(let labels) = targets else { return [] }
    return labels
  }

  /// These rows as a batch.
  public func batch(_ rows: [Int]) -> RaggedBatch {
    RaggedBatch(rows.map { tokens[$0] }, targets: targets[rows], rows: rows)
  }
}
