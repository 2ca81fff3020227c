#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension TokenizedText {
  /// Tokens that are held in memory, before they go to a file: 2^24, which are 80 MiB.
  public static let tokensInMemory = 1 << 24

  /// Reads, tokenises and drops examples one after the other: what is kept are ids, and of more than
  /// ``tokensInMemory`` they lie in a file of the temporary directory, from which the system reads what is in use.
  ///
  /// - Parameters:
  ///   - maximumLength: of a row in tokens, specials included; longer ones are cut.
  ///   - kind: of all targets.
  ///   - classCount: of sets of classes.
  ///   - tokensInMemory: another limit.
  /// - Throws: ``TextError`` that names file, line and what was expected, or that the file has no examples.
  /// - Precondition: targets are of this kind.
  public init(
    _ examples: ExampleSource, tokenizer: any Tokenizer, maximumLength: Int, kind: TargetKind = .singleLabel,
    classCount: Int = 0, tokensInMemory: Int = Self.tokensInMemory
  ) throws(TextError) {
    var reader = try examples.reader()
    var targets = Targets(kind, classCount: classCount)
    var (ids, types, offsets) = ([Int32](), [UInt8](), [0])
    var spilled: TokenFile?
    var buffer: [UInt8] = []
    while let example = try reader.next() {
      let encoding = tokenizer.encode(example.text, pair: example.pair, maximumLength: maximumLength)
      targets.append(example.target)
      offsets.append((offsets.last ?? 0) + encoding.ids.count)
      if let spilled {
        buffer += TokenFile.bytes(encoding)
        if buffer.count > 1 << 20 {
          try spilled.append(buffer)
          buffer.removeAll(keepingCapacity: true)
        }
        continue
      }
      ids += encoding.ids
      types += encoding.typeIDs.map { UInt8(truncatingIfNeeded: $0) }
      if ids.count > tokensInMemory {
        let file = try TokenFile(directory: FileManager.default.temporaryDirectory.path(percentEncoded: false))
        let held = PackedTokens(ids: ids, types: types, offsets: offsets)
        for row in 0..<offsets.count - 1 { try file.append(TokenFile.bytes(held[row])) }
        spilled = file
        (ids, types) = ([], [])
      }
    }
    guard let spilled else {
      self.init(tokens: PackedTokens(ids: ids, types: types, offsets: offsets), targets: targets)
      return
    }
    try spilled.append(buffer)
    try spilled.map(tokens: offsets.last ?? 0)
    self.init(tokens: PackedTokens(file: spilled, offsets: offsets), targets: targets)
  }

  /// The examples of a file, with targets as its format says.
  ///
  /// - Throws: ``TextError`` that names file, line and what was expected, or that there are no examples.
  public init(
    reading path: String, _ format: ExampleFormat, tokenizer: any Tokenizer, maximumLength: Int,
    tokensInMemory: Int = Self.tokensInMemory
  ) throws(TextError) {
    try self.init(
      ExampleSource(path, format), tokenizer: tokenizer, maximumLength: maximumLength,
      kind: format.kind ?? .singleLabel,
      classCount: format.labels.count, tokensInMemory: tokensInMemory)
  }
}
