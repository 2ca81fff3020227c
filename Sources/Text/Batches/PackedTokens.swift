/// Ids and types of many rows end to end, in memory or, where they are many, in a file without a name that is mapped.
struct PackedTokens: Sendable {
  private enum Content: Sendable {
    case memory(ids: [Int32], types: [UInt8])
    case file(TokenFile)
  }

  private let content: Content
  /// Where each row begins, in tokens, then their number.
  let offsets: [Int]

  /// - Precondition: as many types as ids, and `offsets` ends with their number.
  init(ids: [Int32], types: [UInt8], offsets: [Int]) {
    precondition(ids.count == types.count && offsets.last == ids.count, "\(ids.count) ids, \(types.count) types")
    content = .memory(ids: ids, types: types)
    self.offsets = offsets
  }

  /// - Precondition: the file is whole, and `offsets` ends with the number of its tokens.
  init(file: TokenFile, offsets: [Int]) {
    content = .file(file)
    self.offsets = offsets
  }

  subscript(row: Int) -> Encoding {
    let range = offsets[row]..<offsets[row + 1]
    switch content {
    case .memory(let ids, let types): return Encoding(ids: Array(ids[range]), typeIDs: types[range].map { Int32($0) })
    case .file(let file): return file.encoding(range)
    }
  }
}
