/// A text as a model reads it.
public struct Encoding: Equatable, Sendable {
  /// Token ids, with `[CLS]` and `[SEP]`.
  public var ids: [Int32]
  /// 0 for the first text and its specials, 1 for the second.
  public var typeIDs: [Int32]

  public init(ids: [Int32], typeIDs: [Int32]) {
    self.ids = ids
    self.typeIDs = typeIDs
  }
}
