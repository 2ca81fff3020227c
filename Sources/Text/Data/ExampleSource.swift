/// Examples that are gone through again whenever they are asked for, in their order: of a file one is in memory at a time.
public struct ExampleSource: Sendable {
  private enum Origin: Sendable {
    case rows([LabelledSentence])
    case file(String, ExampleFormat)
  }

  fileprivate typealias Condition = (LabelledSentence) -> Bool

  private let origin: Origin
  /// Those that a row has to meet, made anew for each reading, since some count.
  private var conditions: [@Sendable () -> Condition] = []

  public init(_ rows: [LabelledSentence]) { origin = .rows(rows) }

  /// - Parameter path: of a file as ``ExampleFile`` reads it, anew each time.
  public init(_ path: String, _ format: ExampleFormat) { origin = .file(path, format) }

  /// A file for more than one reading; what can be read but once, such as the standard input, is held in memory.
  ///
  /// - Throws: ``TextError`` as ``ExampleFile`` does.
  public init(rereading path: String, _ format: ExampleFormat) throws(TextError) {
    self = FileBytes.canBeReadAgain(path) ? Self(path, format) : Self(try ExampleFile.read(path, format))
  }

  /// Those examples that meet a condition, asked in their order.
  public func filter(_ condition: @escaping @Sendable (LabelledSentence) -> Bool) -> ExampleSource {
    filter { { condition($0) } }
  }

  private func filter(_ makeCondition: @escaping @Sendable () -> Condition) -> ExampleSource {
    var source = self
    source.conditions.append(makeCondition)
    return source
  }

  public func reader() throws(TextError) -> Reader {
    let conditions = conditions.map { $0() }
    switch origin {
    case .rows(let rows): return Reader(held: rows[...], path: "", conditions: conditions)
    case .file(let path, let format):
      return Reader(file: try ExampleFile(path, format), path: path, conditions: conditions)
    }
  }

  /// One way through the examples.
  public struct Reader {
    fileprivate var held: ArraySlice<LabelledSentence> = []
    fileprivate var file: ExampleFile?
    fileprivate let path: String
    fileprivate let conditions: [Condition]
    fileprivate var isEmpty = true

    /// The next example, nil at the end.
    ///
    /// - Throws: as ``ExampleFile/next()``, and ``TextError/emptyDataSet(path:)`` for a file without any.
    public mutating func next() throws(TextError) -> LabelledSentence? {
      while let row = try nextRow() {
        if conditions.allSatisfy({ $0(row) }) { return row }
      }
      return nil
    }

    private mutating func nextRow() throws(TextError) -> LabelledSentence? {
      guard file != nil else { return held.popFirst() }
      guard let row = try file?.next() else {
        if isEmpty { throw .emptyDataSet(path: path) }
        return nil
      }
      isEmpty = false
      return row
    }
  }
}

extension ExampleSource {
  /// How many there are; they are gone through once.
  public func count() throws(TextError) -> Int {
    var reader = try reader()
    var count = 0
    while try reader.next() != nil { count += 1 }
    return count
  }

  /// At most `count` of the examples, chosen by a hash of their texts, in their order; they are gone through once, and of each
  /// 8 bytes are kept meanwhile.
  ///
  /// A prefix would not do: files are sorted by class more often than not.
  public func sample(_ count: Int, seed: UInt64) throws(TextError) -> ExampleSource {
    // Another stream than that of the split, whose parts are intervals of the hash.
    let key: @Sendable (LabelledSentence) -> UInt64 = { example in
      DataSplit.hash(example.pair.map { example.text + "\t" + $0 } ?? example.text, seed: ~seed)
    }
    var keys: [UInt64] = []
    var reader = try reader()
    while let example = try reader.next() { keys.append(key(example)) }
    guard count < keys.count else { return self }
    keys.sort()
    let chosen = keys.prefix(count)
    guard let highest = chosen.last else { return filter { _ in false } }
    // Of copies of the text with the highest key the first are taken.
    let copies = count - (chosen.firstIndex(of: highest) ?? 0)
    return filter {
      var left = copies
      return { example in
        let key = key(example)
        if key == highest { left -= 1 }
        return key < highest || (key == highest && left >= 0)
      }
    }
  }
}
