/// Tokens and their ids: an open-addressing hash table over UTF-8 bytes.
///
/// A token with the continuation prefix (`##ing`) is entered twice, as it stands and without the prefix as a continuation,
/// so that a search inside a word needs no new string. Memory is about 32 bytes a token.
public struct Vocabulary: Sendable {
  /// A vocabulary of more ids than this is a broken file.
  static let largestCount = 1 << 24

  /// Bytes of all tokens, one after the other; token `id` is `starts[id] ..< starts[id + 1]`, empty if there is none.
  private let text: [UInt8]
  private let starts: [Int]
  /// `hash << 32 | (id + 1) << 1 | isContinuation`, or 0 for a free slot; linear probing, at most 3/4 full.
  private let slots: [UInt64]
  private let prefixLength: Int
  /// Bytes of the longest token.
  let longestToken: Int

  /// Ids run from 0 to one less than this.
  public var count: Int { starts.count - 1 }

  /// - Parameters:
  ///   - tokens: bytes by id; an empty one is a hole. Of two alike, the later one is found.
  ///   - continuationPrefix: `##`; nil where no token is a continuation.
  init(tokens: [[UInt8]], continuationPrefix: [UInt8]? = nil) {
    precondition(tokens.count <= Self.largestCount, "\(tokens.count) tokens, the limit is \(Self.largestCount)")
    func isContinuation(_ token: [UInt8]) -> Bool {
      continuationPrefix.map { token.starts(with: $0) } ?? false
    }
    var text: [UInt8] = []
    var starts = [0]
    starts.reserveCapacity(tokens.count + 1)
    var entries = 0
    for token in tokens where !token.isEmpty { entries += isContinuation(token) ? 2 : 1 }
    for token in tokens {
      text += token
      starts.append(text.count)
    }
    var capacity = 16
    while capacity * 3 < entries * 4 { capacity *= 2 }

    self.text = text
    self.starts = starts
    prefixLength = continuationPrefix?.count ?? 0
    longestToken = tokens.lazy.map(\.count).max() ?? 0

    var slots = [UInt64](repeating: 0, count: capacity)
    // From the last to the first: the later of two alike is met first in a probe.
    for (id, token) in tokens.enumerated().reversed() where !token.isEmpty {
      for asContinuation in isContinuation(token) ? [false, true] : [false] {
        let bytes = asContinuation ? token.dropFirst(prefixLength) : token[...]
        let hash = bytes.reduce(Self.seed(isContinuation: asContinuation), Self.hash)
        var slot = Int(hash) & (capacity - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
        slots[slot] = UInt64(hash) << 32 | UInt64(id + 1) << 1 | (asContinuation ? 1 : 0)
      }
    }
    self.slots = slots
  }

  /// Where the hash of a piece starts.
  static func seed(isContinuation: Bool) -> UInt32 { isContinuation ? 0x9E37_79B9 : 0x811C_9DC5 }

  /// One step of FNV-1a with a shift, which brings high bits down to those that choose the slot.
  @inline(__always)
  static func hash(_ hash: UInt32, _ byte: UInt8) -> UInt32 {
    let product = (hash ^ UInt32(byte)) &* 0x0100_0193
    return product ^ (product >> 15)
  }

  /// The id of the piece `word[range]`, whose hash is known, nil if there is no such token.
  @inline(__always)
  func id(
    of word: borrowing Span<UInt8>, from start: Int, to end: Int, hash: UInt32, isContinuation: Bool
  ) -> Int32? {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while true {
      let entry = slots[slot]
      if entry == 0 { return nil }
      if UInt32(entry >> 32) == hash, entry & 1 == (isContinuation ? 1 : 0) {
        let id = Int((entry & 0xFFFF_FFFF) >> 1) - 1
        let first = starts[id] + (isContinuation ? prefixLength : 0)
        if starts[id + 1] - first == end - start {
          var offset = 0
          while start + offset < end, text[first + offset] == word[start + offset] { offset += 1 }
          if start + offset == end { return Int32(id) }
        }
      }
      slot = (slot + 1) & mask
    }
  }

  func id(of token: [UInt8]) -> Int32? {
    let hash = token.reduce(Self.seed(isContinuation: false), Self.hash)
    return token.isEmpty ? nil : id(of: token.span, from: 0, to: token.count, hash: hash, isContinuation: false)
  }

  /// The id of a token as the vocabulary spells it, `##ing` for a continuation.
  public func id(of token: String) -> Int32? { id(of: Array(token.utf8)) }

  /// The token of an id, nil if the vocabulary has none.
  public func token(for id: Int32) -> String? {
    guard id >= 0, id < count, starts[Int(id)] < starts[Int(id) + 1] else { return nil }
    return String(decoding: text[starts[Int(id)]..<starts[Int(id) + 1]], as: UTF8.self)
  }
}
