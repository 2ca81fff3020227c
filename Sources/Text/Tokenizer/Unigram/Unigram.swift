/// The unigram language model of SentencePiece: of all ways to cut a text into pieces, the one of the highest score.
///
/// - SeeAlso: Kudo, "Subword Regularization", 2018, arXiv:1804.10959, section 3.2.
struct Unigram: Sendable {
  /// An unknown character scores this much less than the worst piece.
  private static let unknownPenalty = 10.0

  /// Memory that the caller keeps, so that it is allocated once.
  struct Scratch {
    fileprivate var ends: [Best] = []
    fileprivate var path: [(start: Int, end: Int, id: Int32)] = []
  }

  /// The best way to a place in the text, by its last piece.
  fileprivate struct Best {
    var score = 0.0
    /// -1 where no way leads to.
    var start: Int32 = -1
    var id: Int32 = 0
  }

  private let pieces: ByteTrie
  private let scores: [Double]
  private let unknownID: Int32
  private let unknownScore: Double
  /// The tokens of bytes, for what no piece matches; nil unless they are all there.
  private let byteIDs: [Int32?]?

  /// - Parameters:
  ///   - pieces: bytes by id. Of two alike, the later one counts.
  ///   - byteIDs: the tokens `<0x00>` to `<0xFF>`, which spell what is unknown; nil where one unknown token does.
  init(pieces: [[UInt8]], scores: [Double], unknownID: Int32, byteIDs: [Int32?]?) {
    self.pieces = ByteTrie(pieces.enumerated().map { ($1, Int32($0)) })
    self.scores = scores
    self.unknownID = unknownID
    unknownScore = (scores.min() ?? .infinity) - Self.unknownPenalty
    self.byteIDs = byteIDs
  }

  /// Appends the ids of the best pieces of a text of less than 2^31 bytes.
  ///
  /// - Complexity: O(bytes * longest piece).
  func append(_ text: borrowing Span<UInt8>, to ids: inout [Int32], _ scratch: inout Scratch) {
    let count = text.count
    scratch.ends.removeAll(keepingCapacity: true)
    scratch.ends.append(contentsOf: repeatElement(Best(), count: count + 1))
    var start = 0
    while start < count {
      let base = scratch.ends[start].score
      let next = start + decodedScalar(in: text, at: start).length
      var hasSingle = false
      var node = ByteTrie.root
      var end = start
      while end < count, let child = pieces.child(of: node, text[end]) {
        node = child
        end += 1
        let id = pieces.value(of: node)
        if id < 0 { continue }
        improve(&scratch.ends[end], base + scores[Int(id)], from: start, id)
        if end == next { hasSingle = true }
      }
      if !hasSingle { improve(&scratch.ends[next], base + unknownScore, from: start, unknownID) }
      start = next
    }

    // Backwards along the best way; unknown characters side by side become one.
    scratch.path.removeAll(keepingCapacity: true)
    var end = count
    while end > 0 {
      let best = scratch.ends[end]
      let start = min(max(0, Int(best.start)), end - 1)
      if best.id == unknownID, let last = scratch.path.last, last.id == unknownID {
        scratch.path[scratch.path.count - 1].start = start
      } else {
        scratch.path.append((start, end, best.id))
      }
      end = start
    }
    for piece in scratch.path.reversed() {
      if piece.id == unknownID {
        appendUnknown(text, from: piece.start, to: piece.end, to: &ids)
      } else {
        ids.append(piece.id)
      }
    }
  }

  @inline(__always)
  private func improve(_ best: inout Best, _ score: Double, from start: Int, _ id: Int32) {
    if best.start < 0 || score > best.score {
      best = Best(score: score, start: Int32(truncatingIfNeeded: start), id: id)
    }
  }

  private func appendUnknown(
    _ text: borrowing Span<UInt8>, from start: Int, to end: Int, to ids: inout [Int32]
  ) {
    // What is fused can be a piece again.
    if let id = pieces.value(of: text, from: start, to: end) {
      ids.append(id)
      return
    }
    guard let byteIDs else {
      ids.append(unknownID)
      return
    }
    let first = ids.count
    for position in start..<end {
      guard let id = byteIDs[Int(text[position])] else {
        ids.removeSubrange(first...)
        ids.append(unknownID)
        return
      }
      ids.append(id)
    }
  }
}
