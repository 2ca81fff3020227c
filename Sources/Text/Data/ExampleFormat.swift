/// How the rows of a file are read as examples.
public struct ExampleFormat: Equatable, Sendable, Codable {
  public enum Container: String, CaseIterable, Sendable, Codable {
    /// Cells between tabs, without quoting.
    case tsv
    /// Cells between commas, quoted as by RFC 4180.
    case csv
    /// A JSON object a line.
    case jsonl
  }

  /// Nil to go by the end of the file's name.
  public var container: Container?
  /// Whether the first line names the columns; otherwise they are named by their numbers, from 1. Objects name their own.
  public var hasHeader: Bool
  /// The column of the text: the first of these that there is.
  public var text: [String]
  /// The same of the second text of a pair.
  public var pair: [String]
  /// Whether there must be one.
  public var isPair: Bool
  /// The column of what is to be said.
  public var target: [String]
  /// Nil where targets are not looked at.
  public var kind: TargetKind?
  /// The names of the classes, in the order of their numbers. A file may give either.
  public var labels: [String]
  /// Leave out rows of another number of cells than the first line has, rather than refuse the file.
  public var skipsDamagedRows: Bool

  /// The columns as they are usually named.
  public static let usualText = ["sentence", "text", "sentence1"]
  public static let usualPair = ["pair", "sentence2"]
  public static let usualTarget = ["label", "score"]

  public init(
    container: Container? = nil, hasHeader: Bool = true, text: [String] = Self.usualText,
    pair: [String] = Self.usualPair, isPair: Bool = false, target: [String] = Self.usualTarget,
    kind: TargetKind? = .singleLabel, labels: [String] = [], skipsDamagedRows: Bool = false
  ) {
    self.container = container
    self.hasHeader = hasHeader
    self.text = text
    self.pair = pair
    self.isPair = isPair
    self.target = target
    self.kind = kind
    self.labels = labels
    self.skipsDamagedRows = skipsDamagedRows
  }

  /// Of texts whose targets are not looked at.
  public var unlabelled: ExampleFormat {
    var format = self
    format.kind = nil
    return format
  }
}
