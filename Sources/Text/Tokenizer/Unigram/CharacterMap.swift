import FoundationEssentials

/// SentencePiece's normalisation by a table of character sequences, such as `nmt_nfkc`.
///
/// As in the reference, a grapheme cluster of less than six bytes is replaced as a whole by what its shortest beginning in
/// the table stands for; in longer ones each scalar is looked up by itself.
///
/// - SeeAlso: github.com/google/sentencepiece, src/normalizer.cc; github.com/huggingface/spm_precompiled.
struct CharacterMap: Sendable {
  private static let longestCluster = 5

  private let entries: DoubleArray
  /// What entries stand for, each ended by a zero.
  private let texts: [UInt8]
  /// ASCII that stays as it is before other ASCII.
  private let staysAlone: [Bool]
  private let clusters = GraphemeClusters.reference

  /// What is wrong with a table.
  struct Malformed: Error { var reason: String }

  /// - Parameter encoded: base64 of: bytes of the double array, little-endian in four bytes; the double array; the texts.
  init(base64 encoded: String) throws(Malformed) {
    guard let data = Data(base64Encoded: encoded) else { throw Malformed(reason: "invalid base64") }
    let bytes = Array(data)
    guard bytes.count >= 4 else { throw Malformed(reason: "\(bytes.count) bytes") }
    func unit(_ position: Int) -> UInt32 {
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[position + $1]) << UInt32(8 * $1) }
    }
    let size = Int(unit(0))
    guard size % 4 == 0, size >= 4, size <= bytes.count - 4 else {
      throw Malformed(reason: "a tree of \(size) bytes in \(bytes.count) bytes")
    }
    let texts = Array(bytes[(4 + size)...])
    guard firstInvalidUTF8(texts.span) == nil else { throw Malformed(reason: "texts that are no UTF-8") }
    let entries = DoubleArray(stride(from: 4, to: 4 + size, by: 4).map(unit))
    self.texts = texts
    self.entries = entries
    staysAlone = (0..<128).map { (byte: UInt8) in
      let text = [byte]
      // Control characters are clusters of their own kind.
      return byte >= 0x20 && byte < 0x7F && entries.shortest(in: text.span, from: 0, to: 1) == nil
    }
  }

  func normalized(_ bytes: borrowing Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 4)
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x80, staysAlone[Int(byte)], position + 1 == bytes.count || bytes[position + 1] < 0x80 {
        result.append(byte)
        position += 1
        continue
      }
      let end = clusters.end(from: position, in: bytes)
      if end - position > Self.longestCluster || !replace(bytes, from: position, to: end, &result) {
        while position < end {
          let next = position + decodedScalar(in: bytes, at: position).length
          if !replace(bytes, from: position, to: next, &result) {
            for offset in position..<next { result.append(bytes[offset]) }
          }
          position = next
        }
      }
      position = end
    }
    return result
  }

  /// Appends what stands for a part of the text. Returns false if nothing does.
  private func replace(
    _ bytes: borrowing Span<UInt8>, from start: Int, to end: Int, _ result: inout [UInt8]
  ) -> Bool {
    guard var position = entries.shortest(in: bytes, from: start, to: end), position <= texts.count else {
      return false
    }
    // From a damaged table: within a scalar.
    if position < texts.count, texts[position] & 0xC0 == 0x80 { return false }
    while position < texts.count, texts[position] != 0 {
      result.append(texts[position])
      position += 1
    }
    return true
  }
}
